namespace Tidemark.Running;

/// <summary>Tells the file that a stream began with, maybe grown since, from another input under the same name.</summary>
internal static class SameFile
{
    /// <summary>The saved position, if all that was read from this file is still there as it was.</summary>
    public static LinePosition PositionIn(LineInput input, long length, SourceStart<LinePosition> start)
    {
        // Lines ahead of the first unsettled one are known by their offset: another file would have them left out even before there is a cursor.
        var saved = start.HasCursor ? start.Cursor : default;
        var read = start.Fingerprint is null ? saved.Offset : PrefixFingerprint.PositionOf(start.Fingerprint);
        if (saved.Offset < 0 || read > length || saved.Offset > length)
            throw Another(input, $"it has {length:N0} bytes, but {Math.Max(read, saved.Offset):N0} were already read (it was truncated or replaced)");
        if (start.Fingerprint is not null && new PrefixFingerprint(input.File).At(read) != start.Fingerprint)
            throw Another(input, $"what was already read of it, {read:N0} bytes, is no longer the same (it was replaced or edited)");
        _ = BehindLineEnd(input, read);
        return saved with { Offset = BehindLineEnd(input, saved.Offset) };
    }

    /// <summary>A line that was the last one and had no end may have got one since; but if it was continued, a part of it was settled as the whole.</summary>
    static long BehindLineEnd(LineInput input, long offset)
    {
        if (offset == 0) return 0;
        Span<byte> around = stackalloc byte[3];
        around = around[..RandomAccess.Read(input.File, around, offset - 1)];
        if (around[0] == '\n' || around.Length == 1) return offset;
        if (around[1..].StartsWith("\n"u8)) return offset + 1;
        if (around[1..].SequenceEqual("\r\n"u8)) return offset + 2;
        throw Another(input, $"the line that ended at byte {offset:N0}, the last one then, had no line end and has been continued since");
    }

    static JobFaultException Another(LineInput input, string how) => new(
        $"{input.Name} is another input under the same name: {how}. Appended lines are fine, changed ones are not. Restore the file and retry the job, or enqueue a new job to process this file from its beginning.");
}
