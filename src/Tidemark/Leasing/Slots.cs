using System.Threading.Channels;
using Tidemark.Running;

namespace Tidemark.Leasing;

/// <summary>
/// The slots of one queue: as many loops as attempts may run at once, fed from a buffer of claimed jobs. How far the buffer is filled ahead
/// follows how fast the slots empty it, so that tiny jobs never wait for a claim and long ones never sit claimed behind a busy slot.
/// </summary>
internal sealed class Slots(string queue, int count, int maxPrefetch, TimeProvider time)
{
    static readonly TimeSpan TooLong = TimeSpan.FromMilliseconds(500);

    readonly Channel<ClaimedJob> buffer = Channel.CreateUnbounded<ClaimedJob>(); // bounded by what Demand asks for
    int busy;
    int prefetch;       // how many beyond the free slots; the dispatcher's
    long lastTaken = time.GetTimestamp(); // or since when the buffer has not been empty, if that is later
    int lowMark;        // the buffer's level at which more is wanted; written by the dispatcher, read by slots

    public string Queue => queue;

    /// <summary>Called when the buffer has sunk to its low mark.</summary>
    public Action? RunsLow { get; set; }

    public int Buffered => buffer.Reader.Count;

    /// <summary>How many jobs this queue can take now.</summary>
    public int Demand
    {
        get
        {
            var most = count + prefetch;
            var demand = most - Volatile.Read(ref busy) - Buffered;
            return demand * 2 >= most || demand >= count ? demand : Buffered == 0 ? demand : 0; // not for a trickle while there is stock
        }
    }

    /// <summary>What a claim brought. A full claim into an empty buffer means that the slots are faster than the claims: look further ahead.</summary>
    public void Fill(IEnumerable<ClaimedJob> jobs, int asked, bool more)
    {
        var got = 0;
        var wasEmpty = Buffered == 0;
        // What comes into an empty buffer begins to wait now, however long ago the last one was taken: else each job that ends an idle time is given back.
        if (wasEmpty) Interlocked.Exchange(ref lastTaken, time.GetTimestamp());
        foreach (var job in jobs)
        {
            buffer.Writer.TryWrite(job); // unbounded: never refused
            got++;
        }
        if (more && got > 0 && got == asked && wasEmpty) prefetch = Math.Min(maxPrefetch, Math.Max(count, prefetch * 2));
        Volatile.Write(ref lowMark, more ? (count + prefetch) / 2 : -1);
    }

    /// <summary>Jobs that have waited too long behind busy slots, to be given back; the look-ahead shrinks with them.</summary>
    public List<ClaimedJob> TakeStale()
    {
        var stale = new List<ClaimedJob>();
        if (Buffered == 0 || time.GetElapsedTime(Interlocked.Read(ref lastTaken)) < TooLong) return stale;
        prefetch = 0;
        while (buffer.Reader.TryRead(out var job)) stale.Add(job);
        return stale;
    }

    /// <summary>All that has not been started, at a drain.</summary>
    public List<ClaimedJob> Close()
    {
        buffer.Writer.TryComplete();
        var left = new List<ClaimedJob>();
        while (buffer.Reader.TryRead(out var job)) left.Add(job);
        return left;
    }

    /// <summary>One slot's life; ends when the buffer is closed.</summary>
    public async Task RunSlotAsync(AttemptRunner runner)
    {
        while (await buffer.Reader.WaitToReadAsync())
        {
            while (buffer.Reader.TryRead(out var job))
            {
                Interlocked.Increment(ref busy);
                Interlocked.Exchange(ref lastTaken, time.GetTimestamp());
                await runner.RunAsync(job);
                Interlocked.Decrement(ref busy);
                if (Buffered <= Volatile.Read(ref lowMark)) RunsLow?.Invoke();
            }
            RunsLow?.Invoke();
        }
    }

    public int Count => count;
}
