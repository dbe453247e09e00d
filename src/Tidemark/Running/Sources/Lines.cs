using Tidemark.Running;

namespace Tidemark;

/// <summary>
/// Sources over the lines of a text file. A line ends with LF or CRLF; the last may end with neither; a UTF-8 byte order mark is passed
/// over; empty lines are no items, but count in <see cref="InputLine.Number"/>. The file must be seekable: not a pipe.
/// </summary>
public static class Lines
{
    /// <summary>
    /// Lines known by their place: the key is the byte offset at which the line begins. Cheap, in constant memory, for files that only grow:
    /// lines may be appended between two attempts. On resume the bytes that were read must be there unchanged (their number, the first
    /// 64 KiB and the last 4 KiB are compared). Stable.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Limits; null: the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="JobFaultException">On opening: another input under the same name, or a pipe. While reading: a line that is too long.</exception>
    /// <example><code>
    /// await job.Stream("import", Lines.ByOffset("events.log")).ForEachAsync((item, ct) => sink.WriteAsync(item.Value.Text, item.IdempotencyKey, ct));
    /// </code></example>
    public static Source<InputLine, LinePosition> ByOffset(string path, LineOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new OffsetLines(path, LineOptions.Validated(options));
    }

    /// <summary>
    /// Lines known by what they say: the key is a hash of the line's bytes and how often they stood in the file so far. Lines may be
    /// inserted, moved and removed between two attempts: what is new runs, what is settled does not run again, and each of several equal
    /// lines runs once. Repeated lines are found when the file is opened, in constant memory (about 24 bytes a line on disk for long
    /// files), so that the count is known. What is appended while the stream runs waits for the next run.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Limits; null: the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="JobFaultException">On opening: a pipe, or a line that is too long. While reading: the file was changed in place.</exception>
    /// <example><code>
    /// await job.Stream("hash", Lines.ByContent("files.txt")).ForEachAsync((item, ct) => HashAsync(item.Value.Text, ct));
    /// </code></example>
    public static Source<InputLine, LinePosition> ByContent(string path, LineOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ContentLines(path, LineOptions.Validated(options));
    }
}
