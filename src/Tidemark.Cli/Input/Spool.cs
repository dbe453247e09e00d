using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tidemark.Cli.Spawning;

namespace Tidemark.Cli.Input;

/// <summary>Copies what can be read once to where it can be read again.</summary>
internal static unsafe class Spool
{
    const int PieceBytes = 256 * 1024;
    const int LookMs = 200;
    const int SeekFromHere = 1;

    internal static bool IsSeekable(SafeFileHandle file)
    {
        try
        {
            _ = RandomAccess.GetLength(file);
            return true;
        }
        catch (NotSupportedException)
        {
            return false; // a pipe, a terminal
        }
    }

    internal static bool IsAtStart(SafeFileHandle file) => Libc.Seek(Number(file), 0, SeekFromHere) == 0;

    /// <summary>Reads to the end. Waits no longer than a moment past the cancellation.</summary>
    /// <exception cref="TidemarkException">It cannot be read, or there is no room for the copy.</exception>
    internal static SafeFileHandle Copy(SafeFileHandle from, string name, CancellationToken cancellationToken)
    {
        var copy = TemporaryFile.Create();
        try
        {
            var piece = new byte[PieceBytes];
            for (int count; (count = Read(from, piece, name, cancellationToken)) > 0;) copy.Write(piece.AsSpan(0, count));
            return copy.SafeFileHandle;
        }
        catch (IOException full)
        {
            copy.Dispose();
            throw new TidemarkException(
                $"{name} is kept in {Path.GetTempPath()} while the run reads it, and there is no room after {copy.Length:N0} bytes: {full.Message} "
                + "Set TMPDIR to a directory with room, or write it to a file and give that with --in.", full);
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    static int Read(SafeFileHandle from, byte[] piece, string name, CancellationToken cancellationToken)
    {
        // A read of a silent pipe or terminal cannot be interrupted, so it is asked first whether there is something.
        var entry = new Libc.PollEntry { Descriptor = Number(from), Events = Libc.PollIn };
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            entry.Returned = 0;
            // Negative: a signal came instead. It may well be the one that stops us, and a read now would outlast it.
            if (Libc.Poll(&entry, 1, LookMs) <= 0) continue;
            nint count;
            fixed (byte* start = piece) count = Libc.Read(entry.Descriptor, start, piece.Length);
            if (count >= 0) return (int)count;
            var error = Marshal.GetLastPInvokeError();
            if (error is not (Errno.Interrupted or Errno.TryAgain)) throw new TidemarkException($"{name} cannot be read: {Errno.Text(error)}.");
        }
    }

    static int Number(SafeFileHandle file) => (int)file.DangerousGetHandle();
}
