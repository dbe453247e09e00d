using Microsoft.Extensions.Logging;
using Tidemark.Controlling;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Seams;

namespace Tidemark.Scheduling;

/// <summary>
/// Stage 0: wakes when a schedule is due, decides, and writes occurrence and jobs in one transaction. Every worker has one; whoever writes first has done it.
/// A schedule at fault is told of on its own row, and looked at again in a minute: it neither stops the others nor ever rests for it.
/// </summary>
internal sealed class Timekeeper(EngineParts parts) : IDisposable
{
    const int Batch = 1_000;
    static readonly TimeSpan OthersWereFirst = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LeftToOthers = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    readonly ILogger logger = parts.Loggers.CreateLogger("Tidemark.Scheduling");
    readonly Wake wake = new(parts.Lanes.Timers);
    volatile bool stopping;
    bool failing;
    readonly HashSet<JobId> cancelling = []; // the lane's own
    bool isExpecting = true; // something that this process is to see to, or may be

    /// <summary>The loop; runs on the engine lane until <see cref="Stop"/>.</summary>
    public async Task RunAsync()
    {
        while (!stopping)
        {
            var wait = parts.Options.PollInterval;
            try
            {
                wait = await TurnAsync();
                failing = false;
            }
            catch (Exception fault) // whatever it is: a timekeeper that ends here would be the silence that it is there against
            {
                if (!failing) logger.LogError(fault, "Schedules cannot be read or written, and will be tried again: {Message}", fault.Message);
                failing = true;
            }
            if (!stopping) await wake.WaitAsync(wait);
        }
    }

    public void Stop()
    {
        stopping = true;
        wake.Set();
    }

    public void Dispose() => wake.Dispose();

    // One batch; answers how long there is nothing to do. What others declare or resume meanwhile is found at the next poll; in a large fleet by those whose turn it is.
    async Task<TimeSpan> TurnAsync()
    {
        if (!isExpecting && !parts.Turns.IsMine(parts.Options.PollInterval, fleet => fleet.All)) return parts.Options.PollInterval;
        isExpecting = true;
        var due = await parts.Store.ReadDueSchedulesAsync(Batch);
        if (due.Schedules.Length > 0) return await FireAsync(due) ? TimeSpan.Zero : OthersWereFirst;
        var next = due.NextWakeAt - due.Now;
        isExpecting = next <= parts.Options.PollInterval;
        return isExpecting && next > TimeSpan.Zero ? next.Value : parts.Options.PollInterval;
    }

    // True: something was written, and what comes next may be near.
    async Task<bool> FireAsync(DueSchedules due)
    {
        var read = parts.Time.GetTimestamp();
        var judged = due.Schedules.Select(reading => (reading.Row, Plan: PlanOf(reading, due.Now)!)).Where(one => one.Plan is not null).ToList();
        if (judged.Count == 0) return false;
        Plan[] plans = [.. judged.Select(one => one.Plan)];
        FaultPoints.Hit(FaultPoints.ScheduleBeforeCommit);
        ScheduleReply[] replies;
        try
        {
            replies = await parts.Store.ChangeSchedulesAsync(Array.ConvertAll(plans, plan => plan.Change));
        }
        catch (Exception fault) when (plans.Length > 1 && fault is not StoreException { OutcomeUnknown: true })
        {
            replies = await OneByOneAsync(plans); // it may be the fault of one of them: the others are due none the less
        }
        FaultPoints.Hit(FaultPoints.ScheduleAfterCommit);
        for (var at = 0; at < plans.Length; at++)
            if (replies[at].Verdict == ScheduleVerdict.Done) Done(judged[at].Row, plans[at], replies[at], due.Now + parts.Time.GetElapsedTime(read));
        for (var at = 0; at < plans.Length; at++)
            if (plans[at].Cancel is { } older && replies[at].Verdict == ScheduleVerdict.Done && cancelling.Add(older)) _ = CancelAsync(older, plans[at].Change.Row.Name);
        return Array.Exists(replies, reply => reply.Verdict == ScheduleVerdict.Done);
    }

    // Beside the turns, for a job whose row somebody holds would keep every other schedule waiting. What fails is asked again at the next look.
    async Task CancelAsync(JobId older, string schedule)
    {
        try
        {
            await parts.Store.ControlAsync(new() { Job = older, Action = ControlAction.Cancel, By = parts.Options.WorkerName, Reason = $"the schedule '{schedule}' is due again" });
        }
        catch (Exception fault) // of this job, or of the store
        {
            if (!stopping) logger.LogError(fault, "Job {Job}, which the schedule '{Schedule}' is to cancel, could not be told yet: {Message}", older, schedule, fault.Message);
        }
        cancelling.Remove(older);
    }

    // Null: what this process cannot read or compute is left to others for a while. A newer release may know it, another machine the zone.
    Plan? PlanOf(ScheduleReading reading, DateTimeOffset now)
    {
        try
        {
            return Planner.Of(ScheduleEntry.Of(reading), now);
        }
        catch (Exception fault) // of the rule or its zone, whatever it is: it is this schedule's alone
        {
            return now - reading.Row.WakeAt < LeftToOthers ? null : Faulty(reading.Row, reading.Version, fault, now);
        }
    }

    static Plan Faulty(ScheduleRow row, long version, Exception fault, DateTimeOffset now) =>
        new(new() { Expected = version, Row = row with { Fault = ErrorText.Reason(fault.Message), WakeAt = now + LookAgain } }, null, 0);

    async Task<ScheduleReply[]> OneByOneAsync(Plan[] plans)
    {
        var replies = new ScheduleReply[plans.Length];
        Exception? last = null;
        var failed = 0;
        for (var at = 0; at < plans.Length; at++)
        {
            replies[at] = new(ScheduleVerdict.Moved, []);
            try
            {
                replies[at] = (await parts.Store.ChangeSchedulesAsync([plans[at].Change]))[0];
            }
            catch (Exception fault) // of this one, or of the store: then it is every one's
            {
                (last, failed) = (fault, failed + 1);
                if (fault is not StoreException { OutcomeUnknown: true }) await TryTellAsync(plans[at], fault);
            }
        }
        return failed < plans.Length ? replies : throw last!;
    }

    async Task TryTellAsync(Plan plan, Exception fault)
    {
        try
        {
            if (await parts.Store.GetScheduleAsync(plan.Change.Row.Name) is { Schedule: { } kept, Now: var now } && kept.Version == plan.Change.Expected)
                await parts.Store.ChangeSchedulesAsync([Faulty(kept.Row, kept.Version, fault, now).Change]);
        }
        catch (Exception again) // the store's: the loop says so
        {
            logger.LogError(again, "The fault of the schedule '{Schedule}' could not be written down: {Message}", plan.Change.Row.Name, fault.Message);
        }
    }

    void Done(ScheduleRow before, Plan plan, ScheduleReply reply, DateTimeOffset now)
    {
        Tell(before, plan);
        if (parts.Instruments is not { } instruments) return;
        instruments.Enqueued(plan.Change, reply);
        instruments.Missed(plan.Missed);
        for (var at = 0; at < plan.DueAt.Length; at++)
            if (reply.Jobs[at] is not null) instruments.Lag(plan.Change.Jobs[at], now - plan.DueAt[at]);
    }

    void Tell(ScheduleRow before, Plan plan)
    {
        var (row, name) = (plan.Change.Row, plan.Change.Row.Name);
        if (plan.Missed > 0) logger.LogWarning("The schedule '{Schedule}' has missed {Missed} occurrences: no worker ran when they were due.", name, plan.Missed);
        if (row.Fault is { } fault && fault != ScheduleTroubles.HeldUp && fault != before.Fault) logger.LogError("The schedule '{Schedule}' is at fault: {Fault}", name, fault);
        if (row.Rest == ScheduleRest.Paused) logger.LogWarning("The schedule '{Schedule}' is paused: {Reason}.", name, plan.Change.Audit?.Detail);
    }
}
