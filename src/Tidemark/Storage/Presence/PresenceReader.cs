using System.Diagnostics.CodeAnalysis;
using System.IO.MemoryMappedFiles;
using Tidemark.Storage.Native;
using Tidemark.Storage;

namespace Tidemark.Storage.Presence;

/// <summary>Reads what another worker, living or dead, has written of itself.</summary>
internal static unsafe class PresenceReader
{
    private const int Tries = 100;

    /// <summary>Null if there is no such file, or none that this release can read.</summary>
    public static PresenceSnapshot? Read(string path)
    {
        using var file = LockedFile.OpenExisting(path);
        if (file is null) return null;

        // A try that succeeds proves that nobody holds it; the shared lock goes with this descriptor and cannot disturb an owner's.
        var isFree = file.TryLock(exclusive: false);
        return Read(file, phase => !isFree && phase < WorkerPhase.Rescuing);
    }

    /// <summary>For people. What cannot be opened, another user's file, say, tells nothing.</summary>
    public static PresenceSnapshot? TryRead(string path)
    {
        try
        {
            return Read(path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Nobody holds the file, at this moment: its worker is dead, or its rescuer is.</summary>
    public static bool IsFree(string path)
    {
        using var file = LockedFile.OpenExisting(path);
        return file?.TryLock(exclusive: false) == true;
    }

    /// <summary>Takes over the file of a dead worker; null if it is alive, gone, unreadable, already buried, or in another rescuer's hands.</summary>
    public static DeadPresence? TryTakeOver(string path)
    {
        var file = LockedFile.OpenExisting(path);
        if (file is null) return null;
        if (file.TryLock() && Read(file, static _ => false) is { Phase: not WorkerPhase.Buried } snapshot)
        {
            var dead = new DeadPresence(path, file, snapshot);
            dead.Mark(WorkerPhase.Rescuing);
            return dead;
        }

        file.Dispose();
        return null;
    }

    private static PresenceSnapshot? Read(LockedFile file, Func<WorkerPhase, bool> isAlive)
    {
        var length = RandomAccess.GetLength(file.Handle);
        if (length < sizeof(FileHeader)) return null;
        using var map = MemoryMappedFile.CreateFromFile(file.Handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        using var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            var header = (FileHeader*)start;
            return IsReadable(header, length) ? Snapshot(header, isAlive) : null;
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    private static bool IsReadable(FileHeader* header, long length) =>
        Volatile.Read(ref header->Magic) == PresenceLayout.Magic
        && header->Version == PresenceLayout.Version
        && header->HeaderSize == sizeof(FileHeader)
        && header->PlaceSize == sizeof(Place)
        && header->SlotSize == PresenceLayout.SlotSize(header->Places)
        && length >= PresenceLayout.FileSize(header->Slots, header->Places);

    private static PresenceSnapshot Snapshot(FileHeader* header, Func<WorkerPhase, bool> isAlive)
    {
        var comparable = header->BootId == BootClock.BootId && header->TimeNamespace == BootClock.TimeNamespace;
        long? now = comparable ? BootClock.Milliseconds : null;
        var beat = Volatile.Read(ref header->Beat);
        var phase = (WorkerPhase)Volatile.Read(ref header->State);
        var alive = isAlive(phase);
        var until = alive && now is { } at ? at : beat; // what the dead did after their last beat nobody can tell from what they did not
        var slots = new List<PresenceSlot>();
        for (var i = 0; i < header->Slots; i++)
        {
            if (ReadSlot((SlotHeader*)((byte*)header + sizeof(FileHeader) + ((long)i * header->SlotSize)), header->Places, now, until) is { } slot) slots.Add(slot);
        }

        return new PresenceSnapshot
        {
            Worker = header->Worker,
            IsAlive = alive,
            Phase = phase,
            IsOfThisBoot = header->BootId == BootClock.BootId,
            ProcessId = header->ProcessId,
            Beat = beat,
            BeatAge = Age(now, beat),
            Running = (int)Volatile.Read(ref header->Running),
            Overflowed = Volatile.Read(ref header->Overflowed) > 0,
            Slots = [.. slots],
            Returned = ReadReturned(header),
        };
    }

    private static Dictionary<(JobId Job, long Fence), Cost> ReadReturned(FileHeader* header)
    {
        var all = new Dictionary<(JobId, long), Cost>();
        var ring = (Returned*)((byte*)header + PresenceLayout.ReturnedAt(header->Slots, header->Places));
        var count = Math.Min(Volatile.Read(ref header->Returned), StoreLimits.ReturnedRemembered);
        for (var i = 0; i < count; i++)
        {
            if (Volatile.Read(ref ring[i].Fence) is > 0 and var fence) all[(new JobId(ring[i].Job), fence)] = new(ring[i].CostItems, ring[i].CostMs);
        }

        return all;
    }

    private static PresenceSlot? ReadSlot(SlotHeader* slot, int places, long? now, long until)
    {
        SlotHeader copy;
        if (!TryCopy(slot, &slot->Version, &copy))
        {
            // Died while entering a job or a stream: no item of it had started. What the slot was before is over.
            return copy.Taken == 0 ? null : Describe(in copy, [], inFlightMs: 0, entering: true);
        }

        if (copy.Taken == 0) return null;
        var items = new List<PresenceItem>();
        var inFlightMs = 0L;
        var first = (Place*)((byte*)slot + sizeof(SlotHeader));
        for (var i = 0; i < places; i++)
        {
            Place place;
            if (!TryCopy(first + i, &(first + i)->Version, &place) || place.Taken == 0) continue;   // half-written: its handler had not started
            var isWhole = place.KeyLength <= PresenceLayout.KeyChars;
            var key = new string(place.Key, 0, Math.Min(place.KeyLength, PresenceLayout.KeyChars));
            items.Add(new PresenceItem(key, isWhole, place.KeyHash, place.StartedAt == 0 ? null : Age(now, place.StartedAt)));
            if (place.StartedAt != 0) inFlightMs += Math.Max(0, until - place.StartedAt);
        }

        return Describe(in copy, [.. items], inFlightMs, entering: false);
    }

    private static PresenceSlot Describe(in SlotHeader slot, PresenceItem[] items, long inFlightMs, bool entering)
    {
        fixed (char* stream = slot.Stream)
        {
            return new PresenceSlot
            {
                Job = new JobId(slot.Job),
                Fence = slot.Fence,
                Stream = entering || slot.StreamLength == 0 ? null : new string(stream, 0, slot.StreamLength),
                Started = entering ? 0 : slot.Started,
                Settled = entering ? 0 : slot.Settled,
                UnsavedItems = entering ? 0 : Math.Max(0, slot.Settled - slot.Saved),
                UnsavedMs = entering ? 0 : Math.Max(0, slot.HandlerMs - slot.SavedMs),
                InFlightMs = inFlightMs,
                CostItems = entering ? 0 : Math.Max(0, slot.Started - slot.Saved),
                WithoutPlace = entering ? 0 : Math.Max(0, slot.WithoutPlace),
                InFlight = items,
            };
        }
    }

    private static TimeSpan? Age(long? now, long then) => now is { } at ? TimeSpan.FromMilliseconds(Math.Max(0, at - then)) : null;

    /// <summary>False if it was being written at every try: its writer is dead, or writes all the time.</summary>
    private static bool TryCopy<T>(T* from, int* version, [NotNull] T* to)
        where T : unmanaged
    {
        for (var i = 0; i < Tries; i++)
        {
            var before = Volatile.Read(ref *version);
            *to = *from;
            Volatile.ReadBarrier();
            if ((before & 1) == 0 && Volatile.Read(ref *version) == before) return true;
            Thread.SpinWait(20);
        }

        return false;
    }
}
