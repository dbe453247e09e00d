using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tidemark.Storage.Native;

/// <summary>
/// The few system calls that .NET does not offer. Files are opened here and not by FileStream because FileStream takes a flock of its
/// own on everything it opens, which would collide with ours.
/// </summary>
internal static unsafe partial class Posix
{
    public const int LockShared = 1;
    public const int LockExclusive = 2;
    public const int LockUnlock = 8;
    public const int LockNonBlocking = 4;

    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int Exists = 17;

    /// <summary>EWOULDBLOCK.</summary>
    public static readonly int WouldBlock = OperatingSystem.IsMacOS() ? 35 : 11;

    private const int ReadWrite = 2;
    private static readonly int Create = OperatingSystem.IsMacOS() ? 0x200 : 0x40;
    private static readonly int Exclusive = OperatingSystem.IsMacOS() ? 0x800 : 0x80;

    // Without it a child process would inherit the descriptor, and with it the lock: flock belongs to the open file description.
    private static readonly int CloseOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    /// <summary>Opens for reading and writing. Null if the file does not exist.</summary>
    public static SafeFileHandle? OpenExisting(string path)
    {
        var descriptor = Retry(() => open(path, ReadWrite | CloseOnExec, 0));
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        return Marshal.GetLastPInvokeError() == NoEntry ? null : throw Failed("open", path);
    }

    /// <summary>Creates with mode 0600. Null if the file exists.</summary>
    public static SafeFileHandle? OpenNew(string path)
    {
        var descriptor = Retry(() => open(path, ReadWrite | Create | Exclusive | CloseOnExec, 0x180));
        if (descriptor < 0) return Marshal.GetLastPInvokeError() == Exists ? null : throw Failed("create", path);
        var file = new SafeFileHandle(descriptor, ownsHandle: true);

        // Where variadic arguments are passed otherwise (Apple's arm64) the mode above arrives as garbage.
        if (fchmod(descriptor, 0x180) != 0) throw Failed("chmod", path);
        return file;
    }

    /// <summary>Zero, or the error number. Blocks unless told otherwise; a signal does not end the wait.</summary>
    public static int Flock(SafeFileHandle file, int operation)
    {
        var descriptor = (int)file.DangerousGetHandle();
        while (flock(descriptor, operation) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted) return error;
        }

        return 0;
    }

    public static void Rename(string from, string to)
    {
        if (rename(from, to) != 0) throw Failed("rename", from);
    }

    /// <summary>The magic number of the file system that holds the path (Linux only).</summary>
    public static uint FileSystemMagic(string path)
    {
        // struct statfs is 120 bytes on 64-bit Linux and begins with the type; twice that is room for any other layout.
        var buffer = stackalloc long[30];
        if (statfs(path, buffer) != 0) throw Failed("statfs", path);
        return (uint)buffer[0];
    }

    /// <summary>Milliseconds since the machine was started, suspension included: it neither steps nor stands still.</summary>
    public static long BootMilliseconds()
    {
        Timespec now;
        if (clock_gettime(OperatingSystem.IsMacOS() ? 6 : 7, &now) != 0) throw Failed("clock_gettime", "CLOCK_BOOTTIME");
        return (now.Seconds * 1_000) + (now.Nanoseconds / 1_000_000);
    }

    /// <summary>Every link of it followed as the system follows them, <c>..</c> behind a linked directory too, which is another than in the text. Null if there is nothing there.</summary>
    public static string? RealPath(string path)
    {
        var found = realpath(path, IntPtr.Zero);
        if (found == IntPtr.Zero) return null;
        try
        {
            return Marshal.PtrToStringUTF8(found);
        }
        finally
        {
            NativeMemory.Free((void*)found);
        }
    }

    private static int Retry(Func<int> call)
    {
        int result;
        do result = call();
        while (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return result;
    }

    private static IOException Failed(string call, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} failed for '{path}': {Marshal.GetPInvokeErrorMessage(error)} (error {error}).", error);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmod(int descriptor, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(int descriptor, int operation);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string from, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statfs(string path, long* buffer);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial IntPtr realpath(string path, IntPtr resolved);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int clock_gettime(int clock, Timespec* time);
}
