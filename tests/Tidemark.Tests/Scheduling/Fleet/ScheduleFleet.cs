using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Reading;
using Tidemark.Scheduling;
using Tidemark.Seams;
using Tidemark.Storage.InMemory;
using Tidemark.Tests.Simulation;

namespace Tidemark.Tests.Scheduling.Fleet;

/// <summary>Processes that declare and keep schedules on one store, in virtual time on one thread. Nobody runs the jobs: what is enqueued is what is judged.</summary>
#pragma warning disable CA1001 // It lives in memory and holds nothing to free.
internal sealed class ScheduleFleet
#pragma warning restore CA1001
{
    readonly InMemoryJobStore store;
    int boots;

    public ScheduleFleet(int seed, IFaultSource? faults = null)
    {
        Sim = new(seed);
        StoreClock = new(Sim, null);
        store = new(StoreClock);
        _ = store.OpenAsync().AsTask();
        Faults = faults ?? new SeededFaults(0, new());
    }

    public Sim Sim { get; }
    public SimClock StoreClock { get; }
    public IFaultSource Faults { get; }
    public InMemoryJobStore Store => store;

    /// <summary>How often an idle process looks: seldom, or a month would take long.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Who is told what needs a person; none: nobody watches.</summary>
    public IReadOnlyList<IAlertSink> Sinks { get; init; } = [];

    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Runs a test outside of the framework's own context, which would take continuations away.</summary>
    public static void Run(int seed, Action<ScheduleFleet> story, IFaultSource? faults = null, TimeSpan? poll = null, IReadOnlyList<IAlertSink>? sinks = null)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            story(new(seed, faults) { Poll = poll ?? TimeSpan.FromMinutes(1), Sinks = sinks ?? [] });
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Starts a process of one release: what it declares is what <paramref name="declare"/> says.</summary>
    public SimProcess Boot(Action<TidemarkBuilder> declare)
    {
        var process = new SimProcess(Sim, $"worker-{++boots}");
        var connection = store.Connect();
        _ = connection.OpenAsync().AsTask();
        var builder = new TidemarkBuilder();
        declare(builder);
        var parts = new EngineParts
        {
            Store = new SimStore(connection, Sim, process, Faults, Latency),
            Time = process.Clock,
            Entropy = new SimEntropy(Sim),
            Options = new() { WorkerName = process.Name, Application = "fleet", PollInterval = Poll },
            Catalog = new([]),
            Scopes = null,
            Loggers = NullLoggerFactory.Instance,
            Lanes = new() { Engine = process.Scheduler, Timers = process.Clock, Handlers = process.Scheduler, Cancel = process.Cancel, Pulse = new SimPulse(process) },
        };
        parts.AlertSinks = Sinks;
        parts.Schedules = builder.Schedules.Select(schedule => schedule.Declare(parts)).ToDictionary(schedule => schedule.Name, StringComparer.Ordinal);
        // Its connection stays: a request that is on the way when it dies is carried out.
        _ = process.Start(() => KeepAsync(process, parts));
        return process;
    }

    /// <summary>Lets the time pass.</summary>
    public void Pass(TimeSpan time)
    {
        var until = Sim.Now + time;
        var over = false;
        Sim.Post(null, time, "over", () => over = true);
        while (!over && Sim.Step()) { }
        if (Sim.Breach is { } breach) throw new InvalidOperationException(breach);
        if (Sim.Now < until) throw new InvalidOperationException("The world stood still.");
    }

    public OccurrenceReading[] Occurrences(string schedule)
    {
        var all = new List<OccurrenceReading>();
        while (SimWorld.Now(store.ListOccurrencesAsync(new() { Schedule = schedule, To = all.Count > 0 ? all[^1].At.AddTicks(-1) : null, Limit = 1_000 })) is { Length: > 0 } page) all.AddRange(page);
        all.Reverse();
        return [.. all];
    }

    /// <summary>The occurrence of each job there is, oldest first.</summary>
    public Occurrence[] Jobs()
    {
        var all = new List<Occurrence>();
        JobPage? page = null;
        do
        {
            page = SimWorld.Now(store.ListJobsAsync(new() { Before = page?.Next, Limit = 1_000 }));
            all.AddRange(page.Jobs.Select(job => Occurrence.Of(job.Tags)!));
        }
        while (page.Next is not null);
        all.Reverse();
        return [.. all];
    }

    public ScheduleEntry Entry(string name) => ScheduleEntry.Of(Reading(name));

    public ScheduleReading Reading(string name) => SimWorld.Now(store.GetScheduleAsync(name))!.Schedule;

    async Task KeepAsync(SimProcess process, EngineParts parts)
    {
        try
        {
            await new Declarer(parts).RunAsync();
        }
        catch (StoreException lost)
        {
            process.Kill(lost.Message);
            return;
        }
        catch (Exception defect)
        {
            Sim.Fail(defect.ToString());
            return;
        }
        using var keeper = new Timekeeper(parts);
        using var adopting = new Upkeep.Chore("schedules", TimeSpan.FromMinutes(1), new Declarer(parts).KeepAsync, parts);
        using var board = new Upkeep.AlertBoard(parts);
        using var watching = new Upkeep.Chore("schedule-watch", ScheduleWatch.Interval, new ScheduleWatch(parts, board).RunOnceAsync, parts);
        await Task.WhenAll(Sinks.Count == 0 ? [keeper.RunAsync(), adopting.RunAsync()] : [keeper.RunAsync(), adopting.RunAsync(), board.RunAsync(), watching.RunAsync()]);
    }
}
