using System.Diagnostics.CodeAnalysis;
using System.IO.MemoryMappedFiles;
using Tidemark.Storage.Native;
using Tidemark.Storage;

namespace Tidemark.Storage.Presence;

/// <summary>
/// A worker's sign of life and its account of what it is doing, in mapped memory of a file whose lock it holds for its life. A beat is one
/// store to memory: no database write, no gate, no system call. Whatever way the process dies, the kernel frees the lock at once.
/// </summary>
/// <remarks>
/// Any thread may call. The mapping is never unmapped by hand: a handler that outlasts the worker's end may still write to it, and a store
/// to unmapped memory kills the process. It goes with the last reference.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Retire() releases what must be released at once; the mapping goes with the last reference, see the remarks.")]
internal sealed unsafe partial class PresenceFile : IPresence
{
    private readonly LockedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _base;
    private readonly int _slots;
    private readonly int _places;
    private readonly int _slotSize;
    private readonly int[] _takenSlots;
    private readonly ulong[] _takenPlaces;
    private readonly int _placeWords;

    private PresenceFile(string path, LockedFile file, int slots, int places)
    {
        Path = path;
        _file = file;
        _slots = slots;
        _places = places;
        _slotSize = PresenceLayout.SlotSize(places);
        _placeWords = (places + 63) / 64;
        _takenSlots = new int[slots];
        _takenPlaces = new ulong[slots * _placeWords];
        using var map = MemoryMappedFile.CreateFromFile(file.Handle, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = map.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _base);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();   // the field keeps the view, and the view the memory
    }

    public string Path { get; }

    private FileHeader* Header => (FileHeader*)_base;

    /// <summary>Appears under its name only when it is whole and locked: a file that can be seen and locked by others is a dead worker's.</summary>
    public static PresenceFile Create(PresenceDirectory directory, long worker, int slots, int places)
    {
        directory.Create();
        var path = directory.PathOf(worker);
        if (File.Exists(path)) throw new StoreException($"The presence file '{path}' exists already: worker {worker} was registered before. Remove it only if no process of that worker is left.");
        var unfinished = $"{path}.{Environment.ProcessId}-{BootClock.Milliseconds}.new";
        var file = LockedFile.OpenNew(unfinished) ?? throw new StoreException($"The presence file '{unfinished}' exists already. Remove it.");
        try
        {
            if (!file.TryLock()) throw new StoreException($"The new presence file '{unfinished}' is locked by somebody else. Keep other programs out of '{directory.Path}'.");

            // Zeros, not a hole: a store to a page that the full disk has no block for would kill the process by SIGBUS.
            RandomAccess.Write(file.Handle, new byte[PresenceLayout.FileSize(slots, places)], 0);
            var presence = new PresenceFile(path, file, slots, places);
            presence.WriteHeader(worker);
            File.Move(unfinished, path);
            return presence;
        }
        catch
        {
            file.Dispose();
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>The sign of life.</summary>
    public void Beat(WorkerPhase phase, int running = 0)
    {
        Volatile.Write(ref Header->Running, running);
        Volatile.Write(ref Header->State, (int)phase);
        Volatile.Write(ref Header->Beat, BootClock.Milliseconds);
        GC.KeepAlive(_view);
    }

    /// <summary>False if the file was deleted or replaced by somebody: others can no longer see that this worker lives.</summary>
    public bool IsSeen()
    {
        using var other = LockedFile.OpenExisting(Path);
        return other is not null && !other.TryLock(exclusive: false);
    }

    /// <summary>The worker has ended in good order: the file goes.</summary>
    public void Retire()
    {
        if (_file.Handle.IsClosed) return;
        Beat(WorkerPhase.Closed);
        File.Delete(Path);

        // By hand: the mapping refers to the same open file, so closing the descriptor alone would leave the lock.
        _file.Unlock();
        _file.Dispose();
    }

    /// <summary>This process gives the worker up without a farewell: the file stays, unlocked, as a dead worker's.</summary>
    public void LetGo()
    {
        if (_file.Handle.IsClosed) return;
        _file.Unlock();
        _file.Dispose();
    }

    public int Enter(JobId job, long fence)
    {
        for (var slot = 0; slot < _slots; slot++)
        {
            if (Interlocked.CompareExchange(ref _takenSlots[slot], 1, 0) != 0) continue;
            var header = SlotAt(slot);
            BeginWrite(ref header->Version);
            header->Job = job.Value;
            header->Fence = fence;
            header->EnteredAt = BootClock.Milliseconds;
            Clear(slot, header);
            header->Taken = 1;
            EndWrite(ref header->Version);
            GC.KeepAlive(_view);
            return slot;
        }

        Interlocked.Increment(ref Header->Overflowed);
        GC.KeepAlive(_view);
        return -1;
    }

    public void Leave(int slot)
    {
        if (slot < 0) return;
        var header = SlotAt(slot);
        var place = (Interlocked.Increment(ref Header->Returned) - 1) % StoreLimits.ReturnedRemembered;
        var returned = (Returned*)(_base + PresenceLayout.ReturnedAt(_slots, _places)) + place;
        Volatile.Write(ref returned->Fence, 0);
        Volatile.Write(ref returned->Job, header->Job);
        Volatile.Write(ref returned->CostItems, (int)Math.Clamp(header->Started - header->Saved, 0, int.MaxValue));
        Volatile.Write(ref returned->CostMs, (int)Math.Clamp(header->HandlerMs - header->SavedMs + (header->Started > header->Settled ? InFlightMs(slot) : 0), 0, int.MaxValue));
        Volatile.Write(ref returned->Fence, header->Fence);

        // After the ring: at no instant does it seem as if it had never run.
        Volatile.Write(ref header->Taken, 0);
        Volatile.Write(ref _takenSlots[slot], 0);
        GC.KeepAlive(_view);
    }

    public void OpenStream(int slot, string stream)
    {
        if (slot < 0) return;
        var header = SlotAt(slot);
        BeginWrite(ref header->Version);
        Clear(slot, header);
        var length = Math.Min(stream.Length, PresenceLayout.StreamChars);
        stream.AsSpan(0, length).CopyTo(new Span<char>(header->Stream, PresenceLayout.StreamChars));
        header->StreamLength = length;
        EndWrite(ref header->Version);
        GC.KeepAlive(_view);
    }

    private static void BeginWrite(ref int version)
    {
        Volatile.Write(ref version, version + 1);
        Volatile.WriteBarrier();   // nothing that follows may be stored before the version is odd
    }

    private static void EndWrite(ref int version) => Volatile.Write(ref version, version + 1);

    private void WriteHeader(long worker)
    {
        *Header = new FileHeader
        {
            Version = PresenceLayout.Version,
            HeaderSize = sizeof(FileHeader),
            Slots = _slots,
            SlotSize = _slotSize,
            Places = _places,
            PlaceSize = sizeof(Place),
            Worker = worker,
            ProcessId = Environment.ProcessId,
            BootId = BootClock.BootId,
            TimeNamespace = BootClock.TimeNamespace,
            StartedAt = BootClock.Milliseconds,
            Beat = BootClock.Milliseconds,
        };
        Volatile.Write(ref Header->Magic, PresenceLayout.Magic);
    }

    private void Clear(int slot, SlotHeader* header)
    {
        header->Started = header->Settled = header->Saved = header->HandlerMs = header->SavedMs = 0;
        header->WithoutPlace = 0;
        header->StreamLength = 0;
        for (var place = 0; place < _places; place++) PlaceAt(slot, place)->Taken = 0;
        _takenPlaces.AsSpan(slot * _placeWords, _placeWords).Clear();
    }

    private SlotHeader* SlotAt(int slot) => (SlotHeader*)(_base + sizeof(FileHeader) + ((long)slot * _slotSize));

    private Place* PlaceAt(int slot, int place) => (Place*)((byte*)SlotAt(slot) + sizeof(SlotHeader)) + place;
}
