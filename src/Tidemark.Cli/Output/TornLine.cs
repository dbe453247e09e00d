using Microsoft.Win32.SafeHandles;
using Tidemark.Cli.Spawning;

namespace Tidemark.Cli.Output;

/// <summary>
/// What a killed process leaves at the end of a file that it wrote to: the kernel may end a write at the border of a page, in the middle of
/// a line. Whatever comes next would be glued to that half, and stand on no line of its own.
/// </summary>
internal static class TornLine
{
    const int SeekFromHere = 1;

    /// <summary>Ends the last line of a regular file that is written at its end. True: it was without a line end.</summary>
    internal static bool End(int descriptor)
    {
        if (!IsWrittenAtItsEnd(descriptor, out var length) || LastByte(descriptor, length) is null or (byte)'\n') return false;
        return DescriptorWriter.Write(descriptor, "\n"u8) == 0;
    }

    static bool IsWrittenAtItsEnd(int descriptor, out long length)
    {
        length = 0;
        if (descriptor < 0) return false;
        using var file = new SafeFileHandle(descriptor, ownsHandle: false);
        try
        {
            length = RandomAccess.GetLength(file);
        }
        catch (Exception unseekable) when (unseekable is NotSupportedException or IOException or UnauthorizedAccessException)
        {
            return false; // a pipe, a terminal, a device
        }
        if (length == 0) return false;
        return (Libc.Control(descriptor, Libc.GetFlags, 0) & Libc.Append) != 0 || Libc.Seek(descriptor, 0, SeekFromHere) == length;
    }

    // It was opened for writing only, so it is opened once more.
    static byte? LastByte(int descriptor, long length)
    {
        Span<byte> last = stackalloc byte[1];
        try
        {
            using var file = File.OpenHandle($"/proc/self/fd/{descriptor}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.Read(file, last, length - 1) == 1 ? last[0] : null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return null; // ours to write but not to read: nobody can tell
        }
    }
}
