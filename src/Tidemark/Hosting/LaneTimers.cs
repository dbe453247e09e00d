namespace Tidemark.Hosting;

/// <summary>
/// The system's time, whose timers fire on the engine's own thread. For the engine's few loops: a timer is looked at before each task, and a
/// callback must be as short as to set a signal. No periods.
/// </summary>
/// <remarks>The pool's timers cost two threads a wake-up, each spinning for more: two thirds of what an idle engine cost.</remarks>
/// <param name="sooner">Tells the thread that it has to look again before the time that <see cref="FireDue"/> gave.</param>
internal sealed class LaneTimers(Action sooner) : TimeProvider
{
    static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    static readonly TimeSpan LongestTimer = TimeSpan.FromDays(365); // beyond is never

    readonly Lock gate = new();
    readonly List<LaneTimer> armed = [];
    long lookAt; // written under the gate; an old reading is one look too many, or the thread is told to look again

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new LaneTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>On the lane's thread: calls what is due; answers how long nothing else is.</summary>
    public TimeSpan FireDue()
    {
        var (at, next) = (GetTimestamp(), Interlocked.Read(ref lookAt));
        if (at < next) return Until(at, next); // mostly: this is asked between any two tasks
        while (true)
        {
            LaneTimer? due = null;
            lock (gate)
            {
                var now = GetTimestamp();
                lookAt = now + Ticks(LongestWait);
                foreach (var timer in armed)
                {
                    if (timer.DueAt <= now) due = timer;
                    else lookAt = Math.Min(lookAt, timer.DueAt);
                }
                if (due is null) return Until(now, lookAt);
                armed.Remove(due);
            }
            due.Fire();
        }
    }

    // A wait is cut to whole milliseconds.
    TimeSpan Until(long now, long then) => GetElapsedTime(now, then) + TimeSpan.FromMilliseconds(1);

    void Arm(LaneTimer timer, TimeSpan dueTime)
    {
        bool isSooner;
        lock (gate)
        {
            if (!armed.Contains(timer)) armed.Add(timer);
            timer.DueAt = GetTimestamp() + Ticks(dueTime < LongestTimer ? dueTime : LongestTimer);
            isSooner = timer.DueAt < lookAt;
            if (isSooner) lookAt = timer.DueAt;
        }
        if (isSooner) sooner();
    }

    void Disarm(LaneTimer timer)
    {
        lock (gate) armed.Remove(timer);
    }

    long Ticks(TimeSpan time) => (long)(time.TotalSeconds * TimestampFrequency);

    sealed class LaneTimer(LaneTimers timers, TimerCallback callback, object? state) : ITimer
    {
        public long DueAt { get; set; } // under the gate

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan) throw new NotSupportedException("A timer of the engine's lane fires once; arm it again.");
            if (dueTime == Timeout.InfiniteTimeSpan) timers.Disarm(this);
            else timers.Arm(this, dueTime);
            return true;
        }

        public void Dispose() => timers.Disarm(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
