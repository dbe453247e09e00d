using Microsoft.Win32.SafeHandles;

namespace Tidemark.Running;

/// <summary>What the lines of one input are read with.</summary>
/// <param name="Name">What errors call it.</param>
/// <param name="File">Open for reading, seekable.</param>
/// <param name="MaxLineBytes">The longest line.</param>
/// <param name="SkipsBlanks">True: lines of nothing but white space are no items. False: only lines of no bytes at all.</param>
internal sealed record LineInput(string Name, SafeFileHandle File, int MaxLineBytes, bool SkipsBlanks);

/// <summary>
/// Cuts a file into lines, block by block: LF or CRLF, a last line without either, a UTF-8 byte order mark passed over. The buffer grows
/// to the longest line and no further.
/// </summary>
internal sealed class LineScanner(LineInput input, LinePosition from, long end = long.MaxValue)
{
    const int BlockBytes = 64 * 1024;

    byte[] buffer = new byte[BlockBytes];

    /// <summary>The place in the file of the buffer's first byte.</summary>
    long origin = from.Offset;

    // In the buffer: where the next line starts, how far no line end was found for it, where the bytes end.
    int start;
    int searched;
    int filled;
    bool isAtEnd;

    bool hasLine;
    Range line;

    /// <summary>Where the line at hand begins.</summary>
    public long LineOffset { get; private set; }

    /// <summary>The position behind the line at hand.</summary>
    public LinePosition Position { get; private set; } = from;

    /// <summary>Takes the next line that is an item. The bytes are valid until the next call.</summary>
    public bool TryNext(out ReadOnlySpan<byte> bytes)
    {
        var found = Find();
        hasLine = false;
        bytes = found ? buffer.AsSpan(line) : default;
        return found;
    }

    /// <summary>Reads on until a line is at hand. False: the file has ended.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        while (!Find())
        {
            if (isAtEnd) return false;
            MakeRoom();
            var place = origin + filled;
            var room = (int)Math.Min(buffer.Length - filled, end - place);
            var read = room == 0 ? 0 : await RandomAccess.ReadAsync(input.File, buffer.AsMemory(filled, room), place, cancellationToken);
            isAtEnd = read == 0;
            filled += read;
            if (place == 0 && buffer.AsSpan(0, filled).StartsWith("\uFEFF"u8)) start = searched = 3;
        }
        return true;
    }

    bool Find()
    {
        while (!hasLine)
        {
            var at = buffer.AsSpan(searched, filled - searched).IndexOf((byte)'\n');
            if (at < 0 && (!isAtEnd || start == filled))
            {
                searched = filled;

                // One byte more than the longest may yet be the CR of its end.
                if (filled - start > input.MaxLineBytes + 1) throw TooLong();
                return false;
            }
            Cut(until: at < 0 ? filled : searched + at, next: at < 0 ? filled : searched + at + 1);
        }
        return true;
    }

    void Cut(int until, int next)
    {
        if (until > start && buffer[until - 1] == '\r') until--;
        if (until - start > input.MaxLineBytes) throw TooLong();
        line = start..until;
        LineOffset = origin + start;
        Position = new(origin + next, Position.Number + 1);
        hasLine = input.SkipsBlanks ? buffer.AsSpan(line).ContainsAnyExcept(" \t\r"u8) : until > start;
        start = searched = next;
    }

    void MakeRoom()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            (origin, searched, filled, start) = (origin + start, searched - start, filled - start, 0);
        }
        if (filled == buffer.Length) Array.Resize(ref buffer, (int)Math.Min(2L * buffer.Length, (long)input.MaxLineBytes + BlockBytes));
    }

    JobFaultException TooLong() => new(
        $"Line {Position.Number + 1} of {input.Name}, which begins at byte {origin + start}, is longer than {input.MaxLineBytes:N0} bytes. Raise LineOptions.MaxLineBytes if that is a line, or check that the input is text.");
}
