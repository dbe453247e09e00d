using Microsoft.Win32.SafeHandles;

namespace Tidemark.Storage.Native;

/// <summary>
/// One open file description and the lock on it. The kernel frees the lock when the process dies, however it dies, and it works
/// across containers that share the directory, where process numbers mean nothing.
/// </summary>
internal sealed class LockedFile : IDisposable
{
    private LockedFile(SafeFileHandle handle) => Handle = handle;

    public SafeFileHandle Handle { get; }

    /// <summary>Null if there is no such file.</summary>
    public static LockedFile? OpenExisting(string path)
    {
        if (!OperatingSystem.IsWindows()) return Posix.OpenExisting(path) is { } opened ? new(opened) : null;
        return File.Exists(path) ? new(OpenOnWindows(path, FileMode.Open)) : null;
    }

    /// <summary>Created with mode 0600. Null if the file exists.</summary>
    public static LockedFile? OpenNew(string path)
    {
        if (!OperatingSystem.IsWindows()) return Posix.OpenNew(path) is { } opened ? new(opened) : null;
        return File.Exists(path) ? null : new(OpenOnWindows(path, FileMode.CreateNew));
    }

    public static LockedFile OpenOrCreate(string path)
    {
        while (true)
        {
            if ((OpenExisting(path) ?? OpenNew(path)) is { } file) return file;
        }
    }

    /// <summary>Waits as long as it takes.</summary>
    public void Lock()
    {
        if (OperatingSystem.IsWindows()) Windows.Lock(Handle, exclusive: true, wait: true);
        else if (Posix.Flock(Handle, Posix.LockExclusive) is var error and not 0) throw new IOException($"flock failed (error {error}).", error);
    }

    /// <summary>False if somebody else holds it.</summary>
    public bool TryLock(bool exclusive = true)
    {
        if (OperatingSystem.IsWindows()) return Windows.Lock(Handle, exclusive, wait: false);
        var error = Posix.Flock(Handle, (exclusive ? Posix.LockExclusive : Posix.LockShared) | Posix.LockNonBlocking);
        if (error == 0) return true;
        return error == Posix.WouldBlock ? false : throw new IOException($"flock failed (error {error}).", error);
    }

    public void Unlock()
    {
        if (OperatingSystem.IsWindows()) Windows.Unlock(Handle);
        else if (Posix.Flock(Handle, Posix.LockUnlock) is var error and not 0) throw new IOException($"flock failed (error {error}).", error);
    }

    public void Dispose() => Handle.Dispose();

    private static SafeFileHandle OpenOnWindows(string path, FileMode mode) =>
        File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
