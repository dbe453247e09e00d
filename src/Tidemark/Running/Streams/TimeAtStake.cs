namespace Tidemark.Running;

/// <summary>The handler time that an interruption would make a stream spend again, in ticks of the engine's clock, against the bound on time.</summary>
internal sealed class TimeAtStake(TimeSpan? bound, long ticksPerSecond)
{
    readonly WholeMilliseconds told = new(ticksPerSecond);
    readonly long most = bound is { } time ? (long)(time.TotalSeconds * ticksPerSecond) : long.MaxValue;
    long unsaved, saving; // of settled items; those that the save under way covers
    long held;            // of failed tries whose items are not settled yet
    long clocks, starts;  // tries under way, and the sum of their starts: a batch has one clock
    long cut, all;

    /// <summary>Of all tries that have ended, whatever became of them.</summary>
    public long HandlerMs => WholeMilliseconds.Of(all, ticksPerSecond);

    public bool IsHalfFull => most != long.MaxValue && (unsaved - saving) * 2 >= most;

    public bool HasRoom(long now) => most == long.MaxValue || unsaved + Unsettled(now) < most;

    /// <summary>What is at stake now, failed tries, tries under way and what was cut included.</summary>
    public long AllMs(long now) => WholeMilliseconds.Of(unsaved + cut + Unsettled(now), ticksPerSecond);

    public void Started(in TryClock clock)
    {
        if (clock.IsAnothers) return;
        clocks++;
        starts += clock.Started;
    }

    public void Unstarted(in TryClock clock)
    {
        if (clock.IsAnothers) return;
        clocks--;
        starts -= clock.Started;
    }

    /// <summary>A try has ended, and its item with it. Answers its ticks; those of failed tries before it are the clock's.</summary>
    public long Landed(in TryClock clock, long now)
    {
        Unstarted(clock);
        held -= clock.Spent;
        var ticks = clock.Ticks(now);
        all += ticks;
        return ticks;
    }

    public void CutOff(in TryClock clock, long now)
    {
        Unstarted(clock);
        held -= clock.Spent;
        cut += clock.Spent + clock.Ticks(now);
    }

    /// <summary>A try has failed, and the next one begins now: the time counts on. Answers the ticks of the failed one.</summary>
    public long TryFailed(ref TryClock clock, long now)
    {
        var ticks = Landed(clock, now);
        clock.Spent += ticks;
        held += clock.Spent;
        clock.Started = now;
        Started(clock);
        return ticks;
    }

    /// <summary>Between two tries, and not to be tried again. Answers the ticks of the tries it had.</summary>
    public long Released(in TryClock clock)
    {
        held -= clock.Spent;
        return clock.Spent;
    }

    public void Settled(long ticks) => unsaved += ticks;

    public void SaveBegins() => saving = unsaved;

    /// <summary>Answers the milliseconds that the save has covered.</summary>
    public long Saved()
    {
        var milliseconds = told.Add(saving);
        unsaved -= saving;
        saving = 0;
        return milliseconds;
    }

    long Unsettled(long now) => held + clocks * now - starts;
}
