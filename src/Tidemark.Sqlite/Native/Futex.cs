using System.Runtime.InteropServices;

namespace Tidemark.Sqlite.Native;

/// <summary>Linux's wait on a word of memory. Not the private kind: the word may lie in a file that several processes have mapped.</summary>
internal static unsafe partial class Futex
{
    private const int WaitOperation = 0;
    private const int WakeOperation = 1;

    /// <summary>libc has no function for it; the number of the system call depends on the processor. 0: not one that we know.</summary>
    private static readonly nint Number = !OperatingSystem.IsLinux() ? 0 : RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        _ => 0,
    };

    public static bool IsSupported => Number != 0;

    /// <summary>Returns at once if the word is not the one expected; otherwise when it is woken, or by a signal: look again.</summary>
    public static void Wait(int* word, int expected) => syscall(Number, word, WaitOperation, expected, 0, 0, 0);

    public static void WakeAll(int* word) => syscall(Number, word, WakeOperation, int.MaxValue, 0, 0, 0);

    [LibraryImport("libc")]
    private static partial nint syscall(nint number, int* word, nint operation, nint value, nint timeout, nint secondWord, nint secondValue);
}
