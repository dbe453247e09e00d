namespace Tidemark.TortureHost;

/// <summary><c>mode --name value …</c></summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];

    public Arguments(string[] args)
    {
        Mode = args.Length > 0 ? args[0] : "";
        for (var i = 1; i + 1 < args.Length; i += 2) _values[args[i].TrimStart('-')] = args[i + 1];
    }

    public string Mode { get; }

    /// <summary>The folder of the database and of the logs.</summary>
    public string Folder => _values.TryGetValue("folder", out var folder) ? folder : throw new InvalidOperationException("--folder PATH is missing.");

    public bool Has(string name) => _values.ContainsKey(name);

    public int Number(string name, int otherwise) => _values.TryGetValue(name, out var text) ? int.Parse(text) : otherwise;

    public string Text(string name, string? otherwise = null) =>
        _values.TryGetValue(name, out var text) ? text : otherwise ?? throw new InvalidOperationException($"--{name} TEXT is missing.");

    public static int Usage()
    {
        Console.Error.WriteLine("usage: supervise | fairness | bench | hold | killer | lock | write | work | serve, with --folder PATH and options; see Program.cs");
        return 2;
    }
}
