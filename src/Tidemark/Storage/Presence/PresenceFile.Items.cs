using System.Numerics;
using Tidemark.Storage.Native;

namespace Tidemark.Storage.Presence;

/// <summary>The items in flight, each in a place with its key, and the ordinals from which the cost is counted.</summary>
internal sealed unsafe partial class PresenceFile
{
    public int ItemStarted(int slot, string key, bool timed = true)
    {
        if (slot < 0) return -1;
        var header = SlotAt(slot);
        var number = TakePlace(slot);
        if (number < 0)
        {
            Interlocked.Increment(ref header->WithoutPlace);
        }
        else
        {
            var place = PlaceAt(slot, number);
            BeginWrite(ref place->Version);
            place->KeyLength = key.Length;
            place->KeyHash = key.Length > PresenceLayout.KeyChars ? KeyHash.Of(key) : 0;
            key.AsSpan(0, Math.Min(key.Length, PresenceLayout.KeyChars)).CopyTo(new Span<char>(place->Key, PresenceLayout.KeyChars));
            place->StartedAt = timed ? BootClock.Milliseconds : 0;
            place->Taken = 1;
            EndWrite(ref place->Version);
        }

        // After the place: whoever counts more started than settled items finds their keys.
        Interlocked.Increment(ref header->Started);
        GC.KeepAlive(_view);
        return number;
    }

    public void ItemEnded(int slot, int place, bool settled, long handlerMs)
    {
        if (slot < 0) return;
        var header = SlotAt(slot);
        if (handlerMs != 0) Interlocked.Add(ref header->HandlerMs, handlerMs);

        // Before the place is freed: at no instant is an item neither in flight nor settled.
        if (settled) Interlocked.Increment(ref header->Settled);
        else Interlocked.Decrement(ref header->Started);
        if (place < 0)
        {
            Interlocked.Decrement(ref header->WithoutPlace);
        }
        else
        {
            Volatile.Write(ref PlaceAt(slot, place)->Taken, 0);
            FreePlace(slot, place);
        }

        GC.KeepAlive(_view);
    }

    public void Saved(int slot, long items, long handlerMs)
    {
        if (slot < 0) return;
        Interlocked.Add(ref SlotAt(slot)->Saved, items);
        Interlocked.Add(ref SlotAt(slot)->SavedMs, handlerMs);
        GC.KeepAlive(_view);
    }

    private long InFlightMs(int slot)
    {
        var (sum, now) = (0L, BootClock.Milliseconds);
        for (var number = 0; number < _places; number++)
        {
            var place = PlaceAt(slot, number);
            if (Volatile.Read(ref place->Taken) != 0 && place->StartedAt != 0) sum += Math.Max(0, now - place->StartedAt);
        }

        return sum;
    }

    private int TakePlace(int slot)
    {
        for (var word = 0; word < _placeWords; word++)
        {
            ref var taken = ref _takenPlaces[(slot * _placeWords) + word];
            while (true)
            {
                var before = Volatile.Read(ref taken);
                var free = BitOperations.TrailingZeroCount(~before);
                var place = (word * 64) + free;
                if (free == 64) break;
                if (place >= _places) return -1;
                if (Interlocked.CompareExchange(ref taken, before | (1UL << free), before) == before) return place;
            }
        }

        return -1;
    }

    private void FreePlace(int slot, int place) =>
        Interlocked.And(ref _takenPlaces[(slot * _placeWords) + (place / 64)], ~(1UL << (place % 64)));
}
