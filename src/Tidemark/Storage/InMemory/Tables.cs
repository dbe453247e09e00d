using Tidemark.Enqueueing;
using Tidemark.Leasing;

namespace Tidemark.Storage.InMemory;

/// <summary>
/// The whole database. Everything in it is read and changed under <see cref="Sync"/>, one operation at a time, and every
/// enumeration is ordered: the same calls give the same answers.
/// </summary>
internal sealed class Tables(TimeProvider clock)
{
    /// <summary>Held by one operation. Re-entrant: user effects may enqueue inside their transaction.</summary>
    public Lock Sync { get; } = new();

    public JobTable Jobs { get; } = new();
    public DedupTable Dedup { get; } = new();
    public QuarantineTable Quarantine { get; } = new();
    public LockTable Locks { get; } = new();
    public SortedDictionary<long, WorkerRow> Workers { get; } = [];
    public ScheduleTable Schedules { get; } = new();
    public SortedDictionary<string, QueueRow> Queues { get; } = new(StringComparer.Ordinal);

    /// <summary>The stores that are open on these tables, to be told of work.</summary>
    public List<InMemoryJobStore> Listeners { get; } = [];

    /// <summary>Set by an operation that made work claimable; read and cleared when it has let go of <see cref="Sync"/>.</summary>
    public bool WorkCame { get; set; }

    /// <summary>How deep operations are nested: more than one only inside effects.</summary>
    public int Depth { get; set; }

    public long LastWorkerId { get; set; }

    /// <summary>The store's clock. Read once an operation.</summary>
    public DateTimeOffset Now => StoreLaw.ToMilliseconds(clock.GetUtcNow());

    public WorkerRow? FindWorker(WorkerId? id) => id is { } known ? Workers.GetValueOrDefault(known.Value) : null;

    /// <summary>Whose stream it is that this visit walks a partition of: its parent's, or that of who has inherited it since. Null: it walks none, or that job has gone.</summary>
    public JobRow? OwnerOfPartition(JobRow visit)
    {
        if (visit.Accepted is not { Visit.Kind: VisitKind.Partition, Parent: { } parent }) return null;
        return Jobs.Find(parent) is { } job && IsSplit(job) ? job : Jobs.OldestFirst().FirstOrDefault(IsSplit);

        bool IsSplit(JobRow one) => one.Memory.Streams.Any(stream => stream.Partitions.Exists(partition => partition.Visit == visit.Id));
    }

    /// <summary>A worker's row goes, and its places in the lines before locks with it.</summary>
    public void Bury(WorkerId worker)
    {
        Workers.Remove(worker.Value);
        if (Locks.Leave(Locks.All.Where(ticket => ticket.Ask.Worker == worker), Now).Length > 0) WorkCame = true;
    }

    public bool IsPaused(string queue) => Queues.TryGetValue(queue, out var row) && row.Paused;
}
