using Tidemark.Reading;

namespace Tidemark.Storage.InMemory;

/// <summary>What a rescue reads of one attempt after its worker's death.</summary>
/// <param name="Stream">The stream it was in, or null.</param>
/// <param name="Unsaved">Items settled since the last save.</param>
/// <param name="CostMs">Handler time in them and in those in flight.</param>
/// <param name="InFlight">Items in flight, also those whose key found no place.</param>
/// <param name="Keys">The keys of those in flight that found a place.</param>
internal sealed record PresenceTrace(string? Stream, long Unsaved, long CostMs, long InFlight, string[] Keys);

/// <summary>Presence kept in memory. Handlers write to it from their own threads, under a lock that nobody holds for long.</summary>
internal sealed class MemoryPresence : IPresence
{
    const int PlacesPerSlot = 64;

    readonly Lock sync = new();
    readonly Slot[] slots;
    readonly int[] free;
    readonly Queue<(JobId Job, long Fence, Cost Left)> returned = new(); // most of them are settled by now
    int freeCount;

    public MemoryPresence(int slots, Func<DateTimeOffset> now)
    {
        this.slots = [.. Enumerable.Range(0, slots).Select(_ => new Slot(now))];
        free = [.. Enumerable.Range(0, slots).Reverse()];
        freeCount = slots;
    }

    /// <summary>An attempt once found no slot: absence proves nothing any more.</summary>
    public bool Overflowed { get; private set; }

    public int Enter(JobId job, long fence)
    {
        lock (sync)
        {
            if (freeCount == 0)
            {
                Overflowed = true;
                return -1;
            }
            var slot = free[--freeCount];
            slots[slot].Enter(job, fence);
            return slot;
        }
    }

    public void Leave(int slot)
    {
        if (slot < 0) return;
        lock (sync)
        {
            if (returned.Count == StoreLimits.ReturnedRemembered) returned.Dequeue();
            returned.Enqueue(slots[slot].Leave());
            free[freeCount++] = slot;
        }
    }

    public void OpenStream(int slot, string stream)
    {
        if (slot < 0) return;
        lock (sync) slots[slot].Open(stream);
    }

    public int ItemStarted(int slot, string key, bool timed = true)
    {
        if (slot < 0) return -1;
        lock (sync) return slots[slot].Start(key, timed);
    }

    public void ItemEnded(int slot, int place, bool settled, long handlerMs)
    {
        if (slot < 0) return;
        lock (sync) slots[slot].End(place, settled, handlerMs);
    }

    public void Saved(int slot, long items, long handlerMs)
    {
        if (slot < 0) return;
        lock (sync) slots[slot].Save(items, handlerMs);
    }

    /// <summary>The attempt as it stood, or null: it never entered, or has left. The time of what is in flight is told until the given instant.</summary>
    public PresenceTrace? Read(JobId job, long fence, DateTimeOffset at = default)
    {
        lock (sync) return Find(job, fence)?.Trace(at);
    }

    /// <summary>What an attempt whose handler has returned left unsaved; null: it never entered, or is still here.</summary>
    public Cost? FindReturned(JobId job, long fence)
    {
        lock (sync)
        {
            foreach (var (left, under, cost) in returned)
            {
                if ((left, under) == (job, fence)) return cost;
            }
            return null;
        }
    }

    /// <summary>The gauge of a stream that the attempt is in now, or null.</summary>
    public LiveGauge? Gauge(JobId job, long fence, string stream)
    {
        lock (sync) return Find(job, fence) is { } slot && slot.Stream == stream ? slot.Gauge() : null;
    }

    /// <summary>The stream that the attempt is in now, or null.</summary>
    public string? StreamOf(JobId job, long fence)
    {
        lock (sync) return Find(job, fence)?.Stream;
    }

    Slot? Find(JobId job, long fence) => Array.Find(slots, slot => slot.IsOf(job, fence));

    sealed class Slot(Func<DateTimeOffset> now)
    {
        readonly string?[] keys = new string?[PlacesPerSlot];
        readonly DateTimeOffset?[] since = new DateTimeOffset?[PlacesPerSlot]; // null for an item whose time is another's
        (JobId Job, long Fence)? holder;
        long inFlight, settled, saved, unsavedMs;

        public string? Stream { get; private set; }

        public bool IsOf(JobId job, long fence) => holder == (job, fence);

        public void Enter(JobId job, long fence)
        {
            holder = (job, fence);
            Open(null);
        }

        public (JobId, long, Cost) Leave()
        {
            var (job, fence) = holder!.Value;
            holder = null;
            return (job, fence, new(settled - saved + inFlight, unsavedMs + InFlightMs(now())));
        }

        public void Open(string? stream)
        {
            Stream = stream;
            Array.Clear(keys);
            Array.Clear(since);
            inFlight = settled = saved = unsavedMs = 0;
        }

        public int Start(string key, bool timed)
        {
            inFlight++;
            var place = Array.IndexOf(keys, null);
            if (place >= 0) (keys[place], since[place]) = (key, timed ? now() : null);
            return place;
        }

        public void End(int place, bool isSettled, long handlerMs)
        {
            inFlight--;
            if (place >= 0) (keys[place], since[place]) = (null, null);
            if (isSettled) settled++;
            unsavedMs += handlerMs;
        }

        public void Save(long items, long handlerMs)
        {
            saved += items;
            unsavedMs = Math.Max(0, unsavedMs - handlerMs);
        }

        public PresenceTrace Trace(DateTimeOffset at) => new(Stream, settled - saved, unsavedMs + InFlightMs(at), inFlight, [.. keys.OfType<string>()]);

        public LiveGauge Gauge() => new(settled - saved + inFlight, unsavedMs + InFlightMs(now()), settled);

        long InFlightMs(DateTimeOffset at) => since.Sum(start => start is { } then && at > then ? (long)(at - then).TotalMilliseconds : 0);
    }
}
