using System.Runtime.InteropServices;

namespace Tidemark.TortureHost;

internal static partial class Native
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Send(int process, int signal)
    {
        if (kill(process, signal) != 0) throw new InvalidOperationException($"kill({process}, {signal}) failed: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>A parent that is killed itself must leave nobody behind, stopped or not.</summary>
    public static void DieWithParent()
    {
        const int SetParentDeathSignal = 1;
        if (OperatingSystem.IsLinux()) _ = prctl(SetParentDeathSignal, Kill, 0, 0, 0);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint a, nuint b, nuint c, nuint d);
}
