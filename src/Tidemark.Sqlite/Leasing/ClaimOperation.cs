using Tidemark.Leasing;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Leasing;

/// <summary>Opens due gates, then leases rows in the order of their rank. One lane is read straight from its index; of several the first rows are found first.</summary>
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
    static readonly string LeaseOneSql = Sql.Load("Leasing/LeaseOne");
    static readonly string HeldSql = Sql.Load("Leasing/Held");

    static readonly Comparer<(long Rank, ClaimedJob Job)> InOrder = Comparer<(long Rank, ClaimedJob Job)>.Create(
        (one, other) => (one.Rank, one.Job.Id.Value).CompareTo((other.Rank, other.Job.Id.Value)));

    readonly List<(long Rank, ClaimedJob Job)> taken = [];

    public override int Rows => request.Demands.Sum(demand => demand.Max);

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        taken.Clear();
        var more = false;
        if (transaction.Prepare(MayClaimSql).Bind(1, request.Worker.Value).Any())
        {
            lanes.Refresh(transaction);
            if (request.Known is { } known)
            {
                TellAgain(transaction, known);
                return;
            }
            OpenGates(transaction);
            Limits.LetIn(transaction);
            var paused = Paused(transaction);
            var suspectAllowed = request.SuspectAllowed;
            foreach (var demand in request.Demands)
            {
                if (!paused.Contains(demand.Queue)) more |= Take(transaction, demand, ref suspectAllowed);
            }
        }
        Answer = new() { Jobs = TakenJobs(), More = more, NextDueAt = NextDue(transaction), Now = StoreLaw.ToMilliseconds(transaction.Now) };
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
            ReadOne(transaction, id, queue: null);
            var (rank, job) = taken[^1];
            taken[^1] = (rank, job with { Fence = job.Fence - 1, Attempt = job.Attempt - 1 });
        }
        Answer = new() { Jobs = TakenJobs(), More = true, NextDueAt = NextDue(transaction), Now = StoreLaw.ToMilliseconds(transaction.Now) };
    }

    static void OpenGates(WriteTransaction transaction)
    {
        var due = transaction.Prepare(NowDueSql).Bind(1, transaction.Now.Ms()).Bind(2, StoreLimits.GatesOpenedPerClaim)
            .All(row => (Id: row.Int64(0), Suspect: row.Flag(2), Limit: row.Text(3), Places: row.Int32(4)));
        foreach (var (id, suspect, limit, places) in due)
        {
            transaction.Prepare(OpenGateSql).Bind(1, id).Bind(2, (long)(limit is not null ? Gate.Event : suspect ? Gate.Suspect : Gate.Open))
                .Bind(3, limit is null ? null : StoreLaw.WaitsFor(limit, places)).Run();
            if (limit is not null) Mover.Mark(transaction, limit);
        }
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
            transaction.Prepare(LeaseOneSql).Bind(1, suspect).Bind(2, request.Worker.Value).Bind(3, transaction.Now.Ms()).Run();
            suspectAllowed = false;
            room--;
        }
        // One more than asked for is looked at, to know whether there is more.
        if (ids.Length == 1) return TakeLane(transaction, ids[0], room, demand.Queue);
        var shares = Shares(transaction, ids, room, out var more);
        var first = taken.Count;
        for (var i = 0; i < ids.Length; i++)
        {
            if (shares[i] > 0) TakeLane(transaction, ids[i], shares[i], demand.Queue);
        }
        taken.Sort(first, taken.Count - first, InOrder);
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

    // Reads the first rows of a lane, then leases as many by the same order in one statement: a statement a row cost as much again.
    bool TakeLane(WriteTransaction transaction, long lane, int room, string queue)
    {
        var name = lanes.NameOf(transaction, lane).Name;
        var row = transaction.Prepare(TakeOpenSql).Bind(1, lane).Bind(2, room + 1);
        var more = false;
        var got = 0;
        while (row.Step())
        {
            if (got == room)
            {
                more = true;
                break;
            }
            taken.Add((row.Int64(ClaimedRow.Rank), ClaimedRow.Read(row, request.Worker, queue, name)));
            got++;
        }
        row.Reset();
        if (got == 0) return more;
        var leased = transaction.Prepare(LeaseSql).Bind(1, lane).Bind(2, got).Bind(3, request.Worker.Value).Bind(4, transaction.Now.Ms()).Run();
        return leased == got ? more : throw new InvalidOperationException($"A claim has read {got} rows of lane {lane} and leased {leased}: Lease.sql no longer takes what TakeOpen.sql reads.");
    }

    // How many of each lane belong to the first rows of all of them together.
    int[] Shares(WriteTransaction transaction, long[] ids, int room, out bool more)
    {
        var heads = new List<(long Rank, long Id, int Lane)>();
        for (var i = 0; i < ids.Length; i++)
        {
            var row = transaction.Prepare(PeekOpenSql).Bind(1, ids[i]).Bind(2, room + 1);
            while (row.Step()) heads.Add((row.Int64(0), row.Int64(1), i));
            row.Reset();
        }
        heads.Sort();
        more = heads.Count > room;
        var shares = new int[ids.Length];
        foreach (var (_, _, lane) in heads.Take(room)) shares[lane]++;
        return shares;
    }

    void ReadOne(WriteTransaction transaction, long id, string? queue)
    {
        var row = transaction.Prepare(TakeOneSql).Bind(1, id);
        row.Step();
        var (rank, lane) = (row.Int64(ClaimedRow.Rank), row.Int64(ClaimedRow.Lane));
        var job = ClaimedRow.Read(row, request.Worker, queue ?? "", name: "");
        row.Reset();
        var known = lanes.NameOf(transaction, lane);
        taken.Add((rank, job with { Name = known.Name, Queue = queue ?? known.Queue }));
    }

    ClaimedJob[] TakenJobs() => [.. taken.Select(one => one.Job)];
}
