namespace Tidemark;

/// <summary>How the lines of a file are read.</summary>
public sealed record LineOptions
{
    /// <summary>
    /// The longest line, in bytes without its line end: 1 to 1,073,741,824, by default 16 MiB. A longer one stops the stream before it
    /// is in memory.
    /// </summary>
    public int MaxLineBytes { get; init; } = 16 << 20;

    /// <summary>What errors call the input, for one whose path says little, such as a copy of standard input. Null: its path in quotes.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Files of up to so many bytes are read once more when they are opened, to count their lines for a total and an ETA; by default
    /// 256 MiB; 0: none. <see cref="Lines.ByContent"/> always knows its count.
    /// </summary>
    public long CountUpTo { get; init; } = 256 << 20;

    /// <summary>
    /// Where <see cref="Lines.ByContent"/> keeps what does not fit in memory while it looks for repeated lines: 24 bytes a line, gone with
    /// the process. Null: the system's folder for temporary files.
    /// </summary>
    public string? SpillDirectory { get; init; }

    internal static LineOptions Validated(LineOptions? options)
    {
        options ??= new();
        if (options.MaxLineBytes is < 1 or > 1 << 30) throw new ArgumentOutOfRangeException(nameof(options), options.MaxLineBytes, "LineOptions.MaxLineBytes must be from 1 to 1,073,741,824 bytes.");
        if (options.CountUpTo < 0) throw new ArgumentOutOfRangeException(nameof(options), options.CountUpTo, "LineOptions.CountUpTo must be 0 bytes or more.");
        return options;
    }
}

/// <summary>A position between two lines of a file.</summary>
/// <param name="Offset">How many bytes are before it.</param>
/// <param name="Number">How many lines are before it, empty ones counted.</param>
public readonly record struct LinePosition(long Offset, long Number);
