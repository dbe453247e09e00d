using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tidemark.Storage.Native;

/// <summary>The counterpart of flock on Windows: a lock on one byte far behind the end of the file. Written from the documentation; not tested.</summary>
internal static partial class Windows
{
    public const int LockViolation = 33;
    private const uint FailImmediately = 1;
    private const uint Exclusive = 2;

    /// <summary>True if taken; false if somebody else holds it.</summary>
    public static bool Lock(SafeFileHandle file, bool exclusive, bool wait)
    {
        var place = Place();
        var flags = (exclusive ? Exclusive : 0) | (wait ? 0 : FailImmediately);
        if (LockFileEx(file, flags, 0, 1, 0, ref place)) return true;
        var error = Marshal.GetLastPInvokeError();
        return error == LockViolation ? false : throw new IOException($"LockFileEx failed with error {error}.", error);
    }

    public static void Unlock(SafeFileHandle file)
    {
        var place = Place();
        if (!UnlockFileEx(file, 0, 1, 0, ref place))
            throw new IOException($"UnlockFileEx failed with error {Marshal.GetLastPInvokeError()}.");
    }

    private static Overlapped Place() => new() { OffsetHigh = 0x4000_0000 };

    [StructLayout(LayoutKind.Sequential)]
    private struct Overlapped
    {
        public nuint Internal;
        public nuint InternalHigh;
        public uint OffsetLow;
        public uint OffsetHigh;
        public nint Event;
    }

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool LockFileEx(SafeFileHandle file, uint flags, uint reserved, uint low, uint high, ref Overlapped place);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool UnlockFileEx(SafeFileHandle file, uint reserved, uint low, uint high, ref Overlapped place);
}
