using System.Runtime.InteropServices;

namespace Tidemark.TortureHost;

internal static partial class Native
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int ChildEnded = 17;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Send(int process, int signal)
    {
        if (kill(process, signal) != 0) throw new InvalidOperationException($"kill({process}, {signal}) failed: error {Marshal.GetLastPInvokeError()}.");
    }

    public static int ThisThread() => gettid();

    /// <summary>To one thread of this process.</summary>
    public static void SendToThread(int thread, int signal)
    {
        if (tgkill(Environment.ProcessId, thread, signal) != 0) throw new InvalidOperationException($"tgkill({thread}, {signal}) failed: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>As if the power had gone: the file system of this path takes nothing more, and what it had not flushed is lost. ext4, as root.</summary>
    /// <returns>Null, or why not.</returns>
    public static string? CutPower(string path)
    {
        const int Directory = 0x10000;
        const uint Shutdown = 0x8004587D;   // _IOR('X', 125, __u32)
        var descriptor = open(path, Directory);
        if (descriptor < 0) return $"open failed: error {Marshal.GetLastPInvokeError()}";
        var withoutFlushingTheLog = 2u;
        var answer = ioctl(descriptor, Shutdown, ref withoutFlushingTheLog) == 0 ? null : $"the shutdown ioctl failed: error {Marshal.GetLastPInvokeError()}";
        _ = close(descriptor);
        return answer;
    }

    /// <summary>A parent that is killed itself must leave nobody behind, stopped or not.</summary>
    public static void DieWithParent()
    {
        const int SetParentDeathSignal = 1;
        if (OperatingSystem.IsLinux()) _ = prctl(SetParentDeathSignal, Kill, 0, 0, 0);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc")]
    private static partial int gettid();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tgkill(int process, int thread, int signal);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int descriptor, nuint request, ref uint argument);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint a, nuint b, nuint c, nuint d);
}
