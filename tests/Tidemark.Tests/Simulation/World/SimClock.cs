namespace Tidemark.Tests.Simulation;

/// <summary>The time as one process sees it (its wall clock may be off), or the store's if there is no process.</summary>
internal sealed class SimClock(Sim sim, SimProcess? process) : TimeProvider
{
    /// <summary>How far the store's clock is off.</summary>
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        sim.OnThread("GetUtcNow");
        return sim.UtcNow + Offset + (process?.ClockOffset ?? TimeSpan.Zero);
    }

    public override long GetTimestamp()
    {
        sim.OnThread("GetTimestamp");
        return sim.Now.Ticks + 1; // 0 means "never" here and there
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimTimer(sim, process, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    sealed class SimTimer(Sim sim, SimProcess? process, Action ring) : ITimer
    {
        int setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var set = ++setting;
            if (dueTime != Timeout.InfiniteTimeSpan) sim.Post(process, dueTime, "timer", () => Ring(set, period));
            return true;
        }

        public void Dispose() => setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        void Ring(int set, TimeSpan period)
        {
            if (set != setting) return;
            if (period > TimeSpan.Zero) Change(period, period);
            ring();
        }
    }
}
