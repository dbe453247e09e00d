using System.Text;

namespace SimReconciliation.Carrier;

/// <summary>
/// The carrier's memory: one line for each thing that happened, appended with one write and no flush. What was written
/// survives SIGKILL, for it lies in the kernel; only the machine's own death could take the last lines along.
/// </summary>
internal sealed class CarrierLog : IDisposable
{
    private readonly FileStream file;

    private CarrierLog(FileStream file) => this.file = file;

    /// <summary>Opens or creates the log, cuts off a line that was torn by a kill, and hands out the whole lines.</summary>
    /// <exception cref="CarrierSetupException">The log is another carrier's, which is running.</exception>
    public static CarrierLog Open(string path, Action<string[]> replay)
    {
        var log = new CarrierLog(OpenFile(path, FileAccess.ReadWrite, FileShare.None));
        try
        {
            log.file.SetLength(Replay(log.file, replay));
            log.file.Seek(0, SeekOrigin.End);
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Reads the log of a carrier that is not running.</summary>
    /// <exception cref="CarrierSetupException">It is running.</exception>
    public static void Read(string path, Action<string[]> replay)
    {
        using var closed = OpenFile(path, FileAccess.Read, FileShare.Read);
        Replay(closed, replay);
    }

    /// <summary>Appends one line in one write. The caller holds the books' lock, so lines keep the order of what happened.</summary>
    public void Append(params ReadOnlySpan<string> fields) => file.Write(Encoding.UTF8.GetBytes(string.Join('\t', fields) + '\n'));

    public void Dispose() => file.Dispose();

    private static FileStream OpenFile(string path, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(path, access == FileAccess.Read ? FileMode.Open : FileMode.OpenOrCreate, access, share, bufferSize: 0);
        }
        catch (IOException problem) when (problem is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new CarrierSetupException(
                $"The carrier's log '{path}' cannot be opened: {problem.Message} If another carrier has it, "
                + "run that one by itself (`carrier --port 5080`) and give its address to the others with --carrier.", problem);
        }
    }

    private static long Replay(FileStream file, Action<string[]> replay)
    {
        using var reader = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        long whole = 0;
        while (reader.ReadLine() is { } line)
        {
            // The last line is torn when the file ends without its newline.
            var end = whole + Encoding.UTF8.GetByteCount(line) + 1;
            if (end > file.Length)
                break;
            replay(line.Split('\t'));
            whole = end;
        }

        return whole;
    }
}
