using Tidemark.Cli.Spawning;

namespace Tidemark.Cli.Output;

/// <summary>What was asked about talk on the command line.</summary>
internal sealed record TalkOptions
{
    internal bool Json { get; init; }
    internal bool Quiet { get; init; }
    internal bool NoColor { get; init; }
}

/// <summary>Which view a run gets.</summary>
internal static unsafe class ProgressViews
{
    const nuint GetWindowSize = 0x5413;
    const int UsualWidth = 80;
    const int NarrowestWidth = 20;

    internal static IProgressView Choose(TalkOptions options, StandardStreams streams, bool errorIsTerminal, Func<string, string?> environment)
    {
        if (options.Quiet) return new QuietView();
        if (options.Json) return new JsonView(streams);
        if (!errorIsTerminal || TerminalHabits.IsDumb(environment)) return new LineView(streams);
        var (color, unicode) = (TerminalHabits.WantsColor(environment, options.NoColor), TerminalHabits.IsUnicode(environment));
        return new BarView(streams, () => new TerminalStyle(Width(), color, unicode));
    }

    // Not Console.WindowWidth: it asks standard output, which is a file in our usual use. Asked anew each time: windows are resized.
    static int Width()
    {
        var size = stackalloc ushort[4]; // rows, columns, and the two in pixels
        var known = Libc.DeviceControl(2, GetWindowSize, size) == 0 && size[1] > 0;
        return known ? Math.Max((int)size[1], NarrowestWidth) : UsualWidth;
    }
}
