using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Scheduling;
using Tidemark.StoreContract;
using Tidemark.Tests.Scheduling.Alerts;
using Tidemark.Tests.Scheduling.Fleet;
using Tidemark.Tests.Simulation;

namespace Tidemark.Tests.Scheduling.Stopping;

/// <summary>A schedule of ten minutes that runs well: a process keeps it, and a worker does what its jobs want, until something is done to one of them.</summary>
internal sealed class Stage(ScheduleFleet fleet, Refusing faults, KeepingSink sink)
{
    public const string Name = "nightly";
    static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    readonly JobKey<int> limited = new("purge") { Limit = _ => new("door", 1) };
    SimProcess? process;
    WorkerId? worker;
    string[] queues = [];

    public ScheduleFleet Fleet => fleet;
    public Refusing Faults => faults;
    public KeepingSink Sink => sink;
    public ScheduleDesk Desk { get; } = new(fleet.Store, "ada");

    /// <summary>How the handler ends; null: it does not.</summary>
    public JobEvent? Ends { get; set; } = JobEvent.Succeed;

    /// <summary>The worker has a slot free.</summary>
    public bool HasRoom { get; set; } = true;

    public bool IsDraining { get; set; }

    public static Schedule EveryTen { get; } = Every.Minutes(10);

    /// <summary>Starts the process, or another release of it in its place; null: it declares the schedule no longer.</summary>
    public void Boot(Schedule? rule, Action<ScheduleBuilder<int>>? policies = null)
    {
        process?.Kill("another release");
        process = fleet.Boot(tidemark =>
        {
            tidemark.AddSchedule("another", limited, 1, Every.Day.At(0, 0)); // an application without any says nothing of others
            if (rule is null) return;
            var schedule = tidemark.AddSchedule(Name, limited, 1, rule);
            policies?.Invoke(schedule);
        });
    }

    public void KillProcess() => process!.Kill("crashed");

    public void Hire(string job = "purge", string queue = "default")
    {
        queues = [queue];
        worker = SimWorld.Now(fleet.Store.RegisterAsync(Given.Worker with { JobNames = [job], Queues = queues }));
    }

    /// <summary>The worker signs off.</summary>
    public void Dismiss()
    {
        SimWorld.Now(Retire());
        worker = null;
        async ValueTask<bool> Retire()
        {
            await fleet.Store.RetireAsync(worker!.Value);
            return true;
        }
    }

    public void Pass(double minutes)
    {
        for (var until = fleet.Sim.Now + TimeSpan.FromMinutes(minutes); fleet.Sim.Now < until;)
        {
            fleet.Pass(Step);
            if (worker is { } working) Work(working);
        }
    }

    public void Write(Func<ScheduleRow, ScheduleRow> change)
    {
        var kept = fleet.Reading(Name);
        SimWorld.Now(fleet.Store.ChangeSchedulesAsync([new() { Expected = kept.Version, Row = change(kept.Row) }]));
    }

    void Work(WorkerId working)
    {
        SimWorld.Now(fleet.Store.BeatAsync(new() { Worker = working, Draining = IsDraining, Running = 0 }));
        if (!HasRoom) return;
        foreach (var job in SimWorld.Now(fleet.Store.ClaimAsync(new() { Worker = working, Demands = [.. queues.Select(queue => new QueueDemand(queue, 10))], SuspectAllowed = true })).Jobs)
        {
            if (Ends is not { } end) continue;
            var failed = end is JobEvent.Fail or JobEvent.Retry;
            SimWorld.Now(fleet.Store.SettleAsync([Given.Outcome(job, working, end) with
            {
                Failures = job.Failures + (failed ? 1 : 0), DueAfter = end == JobEvent.Retry ? TimeSpan.FromHours(5) : null,
                Reason = failed ? "the disk is full" : end == JobEvent.Park ? "the bank is closed" : null, Error = failed ? "the disk is full" : null,
            }]));
        }
    }
}

/// <summary>Refuses the calls of one name.</summary>
internal sealed class Refusing : IFaultSource
{
    public string? Operation { get; set; }

    public Fault Next(string operation) => new() { ErrorBefore = Operation is not null && operation.StartsWith(Operation, StringComparison.Ordinal) };
}
