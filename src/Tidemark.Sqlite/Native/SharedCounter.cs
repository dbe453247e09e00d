using System.IO.MemoryMappedFiles;
using Tidemark.Storage.Native;

namespace Tidemark.Sqlite.Native;

/// <summary>
/// A number in the first four bytes of a file, mapped by every process that opens it, and the wait until it changes. It is not durable and
/// means nothing by itself: it wraps, and a process may die between what it did and the count of it.
/// </summary>
internal sealed unsafe class SharedCounter : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(25);

    private readonly MemoryMappedViewAccessor _view;
    private readonly int* _value;

    /// <exception cref="IOException">The disk has no room for four bytes: a store to a hole in the file would kill the process by SIGBUS.</exception>
    public SharedCounter(LockedFile file)
    {
        if (RandomAccess.GetLength(file.Handle) < sizeof(int)) RandomAccess.Write(file.Handle, new byte[sizeof(int)], 0);
        using var map = MemoryMappedFile.CreateFromFile(file.Handle, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = map.CreateViewAccessor(0, sizeof(int));
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();   // the field keeps the view, and the view the memory
        _value = (int*)start;
    }

    public int Value => Volatile.Read(ref *_value);

    /// <summary>Counts one more and wakes all who wait, in whatever process. A system call, below a microsecond when nobody waits.</summary>
    public void Increase()
    {
        Interlocked.Increment(ref *_value);
        if (Futex.IsSupported) Futex.WakeAll(_value);
    }

    /// <summary>Blocks while the value is the one that was seen; may return early. Where the kernel cannot wake us, looks every 25 ms.</summary>
    public void WaitWhile(int seen)
    {
        if (Futex.IsSupported) Futex.Wait(_value, seen);
        else if (Value == seen) Thread.Sleep(LookEvery);
    }

    public void Dispose() => _view.Dispose();
}
