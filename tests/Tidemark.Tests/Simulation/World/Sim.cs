namespace Tidemark.Tests.Simulation;

/// <summary>
/// A virtual world: one queue of events in virtual time, run by one thread. Events of one instant go in an order that the seed draws, so that
/// another seed explores another order; the same seed gives the same events, and the hash over them proves it.
/// </summary>
internal sealed class Sim(int seed)
{
    public static readonly DateTimeOffset Epoch = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    readonly PriorityQueue<(SimProcess? Owner, string What, Action Run), (long Due, long Tie)> queue = new();
    readonly int thread = Environment.CurrentManagedThreadId;
    long now;
    ulong hash = 14_695_981_039_346_656_037UL;

    public int Seed => seed;

    public Random Random { get; } = new(seed); // a seeded Random gives the same numbers in every process and release

    /// <summary>Since the beginning.</summary>
    public TimeSpan Now => new(now);

    public DateTimeOffset UtcNow => Epoch + Now;

    public long Events { get; private set; }

    /// <summary>FNV-1a over the time, owner and name of every event and over every note: two runs of one seed have one hash.</summary>
    public ulong Hash => hash;

    /// <summary>What went wrong first; null: nothing yet.</summary>
    public string? Breach { get; private set; }

    /// <summary>Where the story is told; null: nowhere.</summary>
    public TextWriter? Story { get; set; }

    /// <summary>Asked before each event of a process: true kills the process there.</summary>
    public Func<SimProcess, bool>? Strikes { get; set; }

    /// <summary>Runs the action after a delay. What belongs to a process dies and sleeps with it.</summary>
    public void Post(SimProcess? owner, TimeSpan delay, string what, Action run)
    {
        OnThread(what);
        queue.Enqueue((owner, what, run), (now + Math.Max(0, delay.Ticks), Random.NextInt64()));
    }

    /// <summary>Runs the next event; false: there is none, or a breach has ended the world.</summary>
    public bool Step()
    {
        if (Breach is not null || !queue.TryDequeue(out var next, out var at)) return false;
        now = Math.Max(now, at.Due);
        if (next.Owner is { IsDead: true }) return true;
        if (next.Owner is { } paused && paused.PausedUntil > Now)
        {
            queue.Enqueue(next, (paused.PausedUntil.Ticks, at.Tie));
            return true;
        }
        Events++;
        Mix(next.Owner?.Name ?? "world");
        Mix(next.What);
        Mix(now);
        if (next.Owner is { } struck && Strikes?.Invoke(struck) == true) struck.Kill("struck");
        else next.Run();
        return true;
    }

    /// <summary>Something worth telling, and worth being the same in every run of this seed.</summary>
    public void Note(string text)
    {
        Mix(text);
        Story?.WriteLine($"{Now.TotalSeconds,12:0.000000} {text}");
    }

    /// <summary>A promise is broken: the world ends after this event.</summary>
    public void Fail(string breach)
    {
        Note($"BREACH {breach}");
        Breach ??= $"at {Now.TotalSeconds:0.000} s: {breach}";
    }

    /// <summary>Everything happens on the one thread: whatever comes from another has left the simulation.</summary>
    public void OnThread(string what)
    {
        if (Environment.CurrentManagedThreadId == thread) return;
        Breach ??= $"'{what}' came from another thread: code has left the simulation.\n{Environment.StackTrace}";
        throw new InvalidOperationException(Breach);
    }

    void Mix(string text)
    {
        foreach (var letter in text) hash = (hash ^ letter) * 1_099_511_628_211UL;
    }

    void Mix(long value)
    {
        for (var at = 0; at < 64; at += 8) hash = (hash ^ ((ulong)(value >> at) & 0xFF)) * 1_099_511_628_211UL;
    }
}
