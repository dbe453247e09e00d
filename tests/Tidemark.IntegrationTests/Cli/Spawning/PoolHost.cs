using System.Text;
using Tidemark.Cli.Spawning;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Spawning;

/// <summary>A pool whose commands' output is kept, in a directory of its own.</summary>
internal sealed class PoolHost : IDisposable
{
    readonly List<byte> _output = [];
    readonly List<byte> _error = [];

    internal PoolHost(IReadOnlyList<string> command, int parallel = 1, CommandLimits? limits = null) =>
        Pool = new CommandPool(CommandTemplate.Of(command), parallel, Keep, TimeProvider.System, limits);

    internal CommandPool Pool { get; }

    /// <summary>Empty, and gone with the host.</summary>
    internal DirectoryInfo Directory { get; } = System.IO.Directory.CreateTempSubdirectory("tidemark-pool-");

    internal byte[] Output
    {
        get { lock (_output) return [.. _output]; }
    }

    internal string OutputText => Encoding.UTF8.GetString(Output);

    internal string ErrorText
    {
        get { lock (_output) return Encoding.UTF8.GetString([.. _error]); }
    }

    internal Task<CommandResult> RunAsync(string line, int attempt = 1) => RunAsync(Encoding.UTF8.GetBytes(line), attempt);

    internal Task<CommandResult> RunAsync(byte[] line, int attempt = 1) => Pool.RunAsync(new CommandRequest(line, "a-key", attempt));

    public void Dispose()
    {
        Pool.Abort(); // what a test leaves behind must not outlive it
        Pool.Dispose();
        Directory.Delete(recursive: true);
    }

    void Keep(CommandEnding ending, OutputBuffer output, OutputBuffer error)
    {
        lock (_output)
        {
            output.CopyTo(piece => _output.AddRange(piece));
            error.CopyTo(piece => _error.AddRange(piece));
        }
    }
}

/// <summary>Waiting for what another process does, with an end.</summary>
internal static class Eventually
{
    internal static async Task<T> Get<T>(Func<T?> look, string what) where T : class
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(30))
        {
            if (look() is { } found) return found;
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
        throw new TimeoutException($"Not within 30 s: {what}.");
    }

    /// <summary>The whole lines of a file, once there are so many.</summary>
    internal static Task<string[]> Lines(string path, int count) => Get(
        () => File.Exists(path) && File.ReadAllText(path).Split('\n') is var lines && lines.Length > count ? lines[..^1] : null,
        $"{count} lines in {path}");

    internal static Task Is(Func<bool> look, string what) => Get(() => look() ? what : null, what);
}

/// <summary>Processes as the kernel shows them.</summary>
internal static class Processes
{
    /// <summary>True while it can still work: a zombie cannot.</summary>
    internal static bool IsAlive(int pid) => State(pid) is not (null or 'Z' or 'X');

    internal static char? State(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null; // gone, or going while we read
        }
    }
}
