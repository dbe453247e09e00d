namespace SimReconciliation.Watch;

/// <summary>Standard error: on a terminal the last lines are drawn again in place and sentences pass above them; else line after line.</summary>
internal sealed class Screen(TextWriter to, bool isTerminal, Func<int> width)
{
    private const string ClearLine = "\e[K";
    private readonly Lock gate = new();
    private string[] shown = [];

    /// <summary>Where people look.</summary>
    public static Screen OfStandardError { get; } = new(Console.Error, IsDrawable(), () => Console.WindowWidth);

    /// <summary>False: what is shown stays, so show it rarely.</summary>
    public bool IsTerminal => isTerminal;

    public void Show(params string[] lines)
    {
        lock (gate)
            Draw("", lines);
    }

    public void Say(string sentence)
    {
        lock (gate)
            Draw($"{sentence}{(isTerminal ? ClearLine : "")}{Environment.NewLine}", isTerminal ? shown : []);
    }

    // One write a picture: two would flicker, and a kill between them would leave half of it.
    private void Draw(string before, string[] lines)
    {
        if (!isTerminal)
        {
            to.Write(before + string.Concat(lines.Select(line => line + Environment.NewLine)));
            return;
        }

        var most = Math.Max(20, width() - 1);
        var up = shown.Length > 0 ? $"\r\e[{shown.Length}A" : "";
        var erased = string.Concat(Enumerable.Repeat(ClearLine + "\n", Math.Max(0, shown.Length - lines.Length)));
        var back = erased.Length > 0 ? $"\e[{shown.Length - lines.Length}A" : "";
        to.Write(up + before + string.Concat(lines.Select(line => Cut(line, most) + ClearLine + "\n")) + erased + back);
        shown = lines;
    }

    private static string Cut(string line, int most) => line.Length <= most ? line : line[..(most - 1)] + "…";

    private static bool IsDrawable() => !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } term && term != "dumb";
}
