using Tidemark.Leasing;
using Tidemark.Reading;
using Tidemark.Scheduling;
using Tidemark.Storage;
using Tidemark.Storage.InMemory;

namespace Tidemark.Tests.Simulation;

/// <summary>Everything there is in one run: the store, the nodes on it, a client, an operator, and those who watch.</summary>
#pragma warning disable CA1001 // It lives in memory and holds nothing to free.
internal sealed class SimWorld
#pragma warning restore CA1001
{
    readonly InMemoryJobStore store;
    readonly Dictionary<string, WorkerId> workers = new(StringComparer.Ordinal);
    readonly HashSet<WorkerId> retired = [];
    readonly IFlaw flaw;

    public SimWorld(Sim sim, Plan plan, IFlaw flaw, IFaultSource faults)
    {
        (Sim, Plan, this.flaw, Faults) = (sim, plan, flaw, faults);
        StoreClock = new(sim, null);
        store = new(StoreClock);
        _ = store.OpenAsync().AsTask();
        Log = new(sim) { StaleStartsAreBreaches = !plan.ClocksJump };
        History = new(sim, Log);
        Rows = new(sim, store, History, Log, plan.Limit);
        Holds = new(sim, store, plan.Places, plan.ClocksJump);
        Nodes = [.. Enumerable.Range(1, plan.Nodes).Select(number => new SimNode(this, number))];
    }

    public Sim Sim { get; }
    public Plan Plan { get; }
    public SimClock StoreClock { get; }
    public SideLog Log { get; }
    public History History { get; }
    public Rows Rows { get; }
    public Holds Holds { get; }
    public IFaultSource Faults { get; }
    public double HintsLost => Plan.HintsLost;
    public SimNode[] Nodes { get; }

    /// <summary>Faults have stopped: whatever dies is started again at once, with all it can know.</summary>
    public bool IsCalm { get; set; }

    /// <summary>No more of it: whatever dies stays so.</summary>
    public bool IsOver { get; set; }

    /// <summary>A connection of a process of its own.</summary>
    public InMemoryJobStore Connect()
    {
        var connection = store.Connect();
        _ = connection.OpenAsync().AsTask();
        return connection;
    }

    /// <summary>What a process speaks to: the connection, with the run's flaw if it has one, and the witness before it.</summary>
    public IJobStore Watched(IJobStore connection, SimProcess process) => flaw.Before(new Witness(flaw.Behind(connection), History, Rows, Holds) { Registered = (name, id) => workers[name] = id, Retired = id => retired.Add(id) }, Sim, process);

    public JobDetails Details(JobId id) => Now(store.GetJobAsync(id)) ?? throw new KeyNotFoundException($"There is no job {id}.");

    public HashSet<string> QuarantinedKeys(JobId id) => [.. Now(store.ListQuarantineAsync(new() { Job = id, Limit = 1_000 })).Items.Select(item => item.Key)];

    /// <summary>Null: nobody has declared it yet.</summary>
    public ScheduleReading? Schedule(string name) => Now(store.GetScheduleAsync(name))?.Schedule;

    public OccurrenceReading[] OccurrencesOf(string schedule) => Now(store.ListOccurrencesAsync(new() { Schedule = schedule, Limit = 1_000 }));

    public WorkerReading[] Workers => Now(store.ListWorkersAsync());

    /// <summary>An answer of the store itself, which knows no waiting.</summary>
    public static T Now<T>(ValueTask<T> answer) => answer.IsCompleted ? answer.GetAwaiter().GetResult() : throw new InvalidOperationException("The simulated store must answer at once.");

    public void Boot(SimNode node)
    {
        if (node.IsUp || IsOver) return;
        // One node knows all names: a job that nobody knows would rightly wait for ever.
        var known = IsCalm || !Plan.NarrowNames ? Plan.Scripts : [.. Plan.Scripts.Where(_ => Sim.Random.Next(3) > 0)];
        if (known.Count > 0) node.Boot(known);
        else BootLater(node);
    }

    public void NodeDied(SimNode node, SimProcess process)
    {
        // A worker that has signed off while a handler ignores its abort is known to be gone only by the end of its process.
        if (workers.TryGetValue(process.Name, out var worker) && (Plan.PresenceIsSeen || retired.Contains(worker)))
            Sim.Post(null, TimeSpan.FromMilliseconds(100) * Sim.Random.NextDouble(), "presence", () => store.LosePresence(worker));
        BootLater(node);
    }

    void BootLater(SimNode node) => Sim.Post(null, TimeSpan.FromSeconds(5) * Sim.Random.NextDouble(), "boot", () => Boot(node));
}
