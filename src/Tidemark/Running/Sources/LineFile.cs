using Microsoft.Win32.SafeHandles;

namespace Tidemark.Running;

/// <summary>A file of lines whose position is a byte offset: opened at a saved position once it is known to be the same file, maybe longer.</summary>
internal sealed class LineFile : IDisposable
{
    readonly LineInput input;
    readonly LineScanner scanner;
    readonly PrefixFingerprint prefix;

    /// <summary>Items before the position that this began with; null: they were not counted.</summary>
    readonly long? before;
    long given;

    LineFile(LineInput input, LinePosition from, (long? Before, long? Count) counted)
    {
        (this.input, before, Count, Position) = (input, counted.Before, counted.Count, from);
        (scanner, prefix) = (new(input, from), new(input.File));
    }

    /// <summary>Of the whole file, as counted at the start; corrected at the end, for lines may have been appended.</summary>
    public long? Count { get; private set; }

    /// <summary>The position behind the last line that was taken.</summary>
    public LinePosition Position { get; private set; }

    /// <summary>Where the last line that was taken begins.</summary>
    public long LineOffset { get; private set; }

    public string Name => input.Name;

    public string Fingerprint => prefix.At(Position.Offset);

    public static async ValueTask<LineFile> OpenAsync(
        string path, LineOptions options, bool skipsBlanks, SourceStart<LinePosition> start, CancellationToken cancellationToken)
    {
        var file = OpenSeekable(path, options, out var length);
        try
        {
            var lines = new LineInput(NameOf(path, options), file, options.MaxLineBytes, skipsBlanks);
            var from = SameFile.PositionIn(lines, length, start);
            var counted = length <= options.CountUpTo ? await CountAsync(lines, from, cancellationToken) : (null, null);
            return new(lines, from, counted);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file to be read while others may append to it or replace it.</summary>
    public static SafeFileHandle OpenSeekable(string path, LineOptions options, out long length)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous | FileOptions.SequentialScan);
        try
        {
            length = RandomAccess.GetLength(file);
            return file;
        }
        catch (NotSupportedException e)
        {
            file.Dispose();
            throw new JobFaultException($"{NameOf(path, options)} is a pipe or a device, which can be read only once; a resume could not read it again. Write it to a file first.", e);
        }
    }

    public static string NameOf(string path, LineOptions options) => options.Name ?? $"'{path}'";

    public bool TryNext(out ReadOnlySpan<byte> line)
    {
        if (!scanner.TryNext(out line)) return false;
        (Position, LineOffset) = (scanner.Position, scanner.LineOffset);
        given++;
        return true;
    }

    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (await scanner.FillAsync(cancellationToken)) return true;
        if (before is not null) Count = before + given;
        return false;
    }

    public void Dispose() => input.File.Dispose();

    static async ValueTask<(long? Before, long? Count)> CountAsync(LineInput lines, LinePosition from, CancellationToken cancellationToken)
    {
        var all = new LineScanner(lines, default);
        long behind = 0, count = 0;
        do
        {
            for (; all.TryNext(out _); count++)
                if (all.Position.Offset <= from.Offset) behind++;
        }
        while (await all.FillAsync(cancellationToken));
        return (behind, count);
    }
}
