using Tidemark.Leasing;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Leasing;

/// <summary>Opens due gates, then leases rows in the order of their rank. One lane with enough rows is read straight from its index; several are merged.</summary>
internal sealed class ClaimOperation(ClaimRequest request, string[] jobNames, Lanes lanes) : WriteOperation<ClaimReply>
{
    static readonly string MayClaimSql = Sql.Load("Leasing/MayClaim");
    static readonly string NowDueSql = Sql.Load("Leasing/NowDue");
    static readonly string OpenGateSql = Sql.Load("Leasing/OpenGate");
    static readonly string NextDueSql = Sql.Load("Leasing/NextDue");
    static readonly string PausedSql = Sql.Load("Leasing/PausedQueues");
    static readonly string PeekOpenSql = Sql.Load("Leasing/PeekOpen");
    static readonly string TakeOpenSql = Sql.Load("Leasing/TakeOpen");
    static readonly string TakeOneSql = Sql.Load("Leasing/TakeOne");
    static readonly string PeekSuspectSql = Sql.Load("Leasing/PeekSuspect");
    static readonly string LeaseSql = Sql.Load("Leasing/Lease");
    static readonly string HeldSql = Sql.Load("Leasing/Held");

    readonly List<ClaimedJob> taken = [];

    public override int Rows => request.Demands.Sum(demand => demand.Max);

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        taken.Clear();
        var more = false;
        if (Is(transaction.Prepare(MayClaimSql).Bind(1, request.Worker.Value)))
        {
            lanes.Refresh(transaction);
            if (request.Known is { } known)
            {
                TellAgain(transaction, known);
                return;
            }
            OpenGates(transaction);
            var paused = Paused(transaction);
            var suspectAllowed = request.SuspectAllowed;
            foreach (var demand in request.Demands)
            {
                if (!paused.Contains(demand.Queue)) more |= Take(transaction, demand, ref suspectAllowed);
            }
        }
        Answer = new() { Jobs = [.. taken], More = more, NextDueAt = NextDue(transaction), Now = StoreLaw.ToMilliseconds(transaction.Now) };
    }

    // What the worker holds and does not know of, with the fence and the start that the lost answer had.
    void TellAgain(WriteTransaction transaction, Lease[] known)
    {
        var untold = new List<long>();
        var row = transaction.Prepare(HeldSql).Bind(1, request.Worker.Value);
        while (row.Step())
        {
            if (!known.Contains(new(new(row.Int64(0)), row.Int64(1), request.Worker))) untold.Add(row.Int64(0));
        }
        row.Reset();
        foreach (var id in untold)
        {
            ReadOne(transaction, id, queue: "");
            var job = taken[^1];
            taken[^1] = job with { Queue = lanes.NameOf(transaction, LiveRow.Find(transaction, job.Id)!.Lane).Queue, Fence = job.Fence - 1, Attempt = job.Attempt - 1 };
        }
        Answer = new() { Jobs = [.. taken], More = true, NextDueAt = NextDue(transaction), Now = StoreLaw.ToMilliseconds(transaction.Now) };
    }

    static void OpenGates(WriteTransaction transaction)
    {
        var due = new List<(long Id, bool Suspect)>();
        var row = transaction.Prepare(NowDueSql).Bind(1, transaction.Now.Ms()).Bind(2, StoreLimits.GatesOpenedPerClaim);
        while (row.Step()) due.Add((row.Int64(0), row.Flag(2)));
        row.Reset();
        foreach (var (id, suspect) in due) transaction.Prepare(OpenGateSql).Bind(1, id).Bind(2, (long)(suspect ? Gate.Suspect : Gate.Open)).Run();
    }

    static HashSet<string> Paused(WriteTransaction transaction)
    {
        var paused = new HashSet<string>(StringComparer.Ordinal);
        var row = transaction.Prepare(PausedSql);
        while (row.Step()) paused.Add(row.Text(0)!);
        row.Reset();
        return paused;
    }

    static DateTimeOffset? NextDue(WriteTransaction transaction)
    {
        var row = transaction.Prepare(NextDueSql);
        DateTimeOffset? next = row.Step() ? row.Instant(0) : null;
        row.Reset();
        return next;
    }

    // Answers whether the queue had more open rows than were asked for.
    bool Take(WriteTransaction transaction, QueueDemand demand, ref bool suspectAllowed)
    {
        var ids = lanes.Of(demand.Queue, jobNames).ToArray();
        var room = demand.Max;
        if (suspectAllowed && room > 0 && FirstSuspect(transaction, ids) is { } suspect)
        {
            ReadOne(transaction, suspect, demand.Queue);
            suspectAllowed = false;
            room--;
        }
        var before = taken.Count;
        // One more than asked for is looked at, to know whether there is more.
        var more = ids.Length == 1 ? ReadLane(transaction, ids[0], room, demand.Queue) : Merge(transaction, ids, room, demand.Queue);
        for (var i = before - (room < demand.Max ? 1 : 0); i < taken.Count; i++) Lease(transaction, taken[i]);
        return more;
    }

    long? FirstSuspect(WriteTransaction transaction, long[] ids)
    {
        (long Rank, long Id)? first = null;
        foreach (var lane in ids)
        {
            var row = transaction.Prepare(PeekSuspectSql).Bind(1, lane);
            if (row.Step() && (first is null || (row.Int64(0), row.Int64(1)).CompareTo(first.Value) < 0)) first = (row.Int64(0), row.Int64(1));
            row.Reset();
        }
        return first?.Id;
    }

    bool ReadLane(WriteTransaction transaction, long lane, int room, string queue)
    {
        var name = lanes.NameOf(transaction, lane).Name;
        var row = transaction.Prepare(TakeOpenSql).Bind(1, lane).Bind(2, room + 1);
        var more = false;
        while (row.Step())
        {
            if (room-- == 0)
            {
                more = true;
                break;
            }
            taken.Add(Read(row, queue, name));
        }
        row.Reset();
        return more;
    }

    bool Merge(WriteTransaction transaction, long[] ids, int room, string queue)
    {
        var heads = new List<(long Rank, long Id)>();
        foreach (var lane in ids)
        {
            var row = transaction.Prepare(PeekOpenSql).Bind(1, lane).Bind(2, room + 1);
            while (row.Step()) heads.Add((row.Int64(0), row.Int64(1)));
            row.Reset();
        }
        heads.Sort();
        foreach (var (_, id) in heads.Take(room)) ReadOne(transaction, id, queue);
        return heads.Count > room;
    }

    void ReadOne(WriteTransaction transaction, long id, string queue)
    {
        var row = transaction.Prepare(TakeOneSql).Bind(1, id);
        row.Step();
        var job = Read(row, queue, name: "");
        row.Reset();
        var live = LiveRow.Find(transaction, job.Id)!;
        taken.Add(job with { Name = lanes.NameOf(transaction, live.Lane).Name });
    }

    void Lease(WriteTransaction transaction, ClaimedJob job) => transaction.Prepare(LeaseSql)
        .Bind(1, job.Id.Value).Bind(2, job.Fence).Bind(3, job.Attempt).Bind(4, request.Worker.Value).Bind(5, transaction.Now.Ms()).Run();

    ClaimedJob Read(Statement row, string queue, string name) => new()
    {
        Id = new(row.Int64(0)),
        Fence = row.Int64(2) + 1,
        Worker = request.Worker,
        Name = name,
        Queue = queue,
        Attempt = row.Int32(3) + 1,
        Failures = row.Int32(4),
        Crashes = row.Int32(5),
        IsSuspect = row.Flag(6),
        Priority = row.Int32(7),
        DueAt = row.Instant(8),
        CreatedAt = row.Instant(9),
        Arguments = row.Blob(10)!,
        Tags = row.Text(11),
        Parent = row.JobOrNull(12),
        Visit = LiveRow.VisitOf(row, 13, 14),
        DedupKey = row.Text(15),
        HasMemory = row.Flag(16) || !row.IsNull(13),
    };

    static bool Is(Statement row)
    {
        var answer = row.Step();
        row.Reset();
        return answer;
    }
}
