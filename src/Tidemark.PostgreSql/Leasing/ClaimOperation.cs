using Tidemark.Leasing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>Opens due gates, then leases rows in the order of their rank, one statement a queue. Rows that others are just taking are passed over.</summary>
internal sealed class ClaimOperation(ClaimRequest request, string[] jobNames, Lanes lanes) : WriteOperation<ClaimReply>
{
    static readonly Sql MayClaimSql = Sql.Load("Leasing/MayClaim");
    static readonly Sql OpenGatesSql = Sql.Load("Leasing/OpenGates");
    static readonly Sql NextDueSql = Sql.Load("Leasing/NextDue");
    static readonly Sql TakeSql = Sql.Load("Leasing/Take");
    static readonly Sql TakeSuspectSql = Sql.Load("Leasing/TakeSuspect");
    static readonly Sql HeldSql = Sql.Load("Leasing/Held");

    static readonly Comparer<(long Rank, ClaimedJob Job)> InOrder = Comparer<(long Rank, ClaimedJob Job)>.Create(
        (one, other) => (one.Rank, one.Job.Id.Value).CompareTo((other.Rank, other.Job.Id.Value)));

    readonly List<ClaimedJob> taken = [];

    public override int Rows => request.Demands.Sum(demand => demand.Max);

    public override void Execute(WriteTransaction transaction)
    {
        taken.Clear();
        var more = false;
        if (transaction.Prepare(MayClaimSql).Bind(1, request.Worker.Value).Any())
        {
            if (request.Known is { } known) more = TellAgain(transaction, known);
            else more = Claim(transaction);
        }
        Answer = transaction.Prepare(NextDueSql).First(row => new ClaimReply { Jobs = [.. taken], More = more, Now = row.Instant(0), NextDueAt = row.InstantOrNull(1) })!;
    }

    bool Claim(WriteTransaction transaction)
    {
        transaction.Prepare(OpenGatesSql).Bind(1, StoreLimits.GatesOpenedPerClaim).Run();
        var more = false;
        var suspectAllowed = request.SuspectAllowed;
        foreach (var demand in request.Demands)
        {
            var room = demand.Max;
            if (suspectAllowed && room > 0 && TakeSuspect(transaction, demand.Queue))
            {
                suspectAllowed = false;
                room--;
            }
            more |= Take(transaction, demand.Queue, room);
        }
        return more;
    }

    bool TakeSuspect(WriteTransaction transaction, string queue)
    {
        var (_, suspect) = transaction.Prepare(TakeSuspectSql).Bind(1, queue).Bind(2, jobNames).Bind(3, request.Worker.Value)
            .First(row => ClaimedRow.Read(row, request.Worker, lanes));
        if (suspect is null) return false;
        taken.Add(suspect);
        return true;
    }

    // Answers whether the queue had more open rows than were asked for.
    bool Take(WriteTransaction transaction, string queue, int room)
    {
        var rows = new List<(long Rank, ClaimedJob Job)>(room);
        var seen = 0L;
        var row = transaction.Prepare(TakeSql).Bind(1, queue).Bind(2, jobNames).Bind(3, room).Bind(4, request.Worker.Value);
        while (row.Step())
        {
            seen = row.Int64(ClaimedRow.Seen);
            if (!row.IsNull(0)) rows.Add(ClaimedRow.Read(row, request.Worker, lanes));
        }
        row.Reset();
        rows.Sort(InOrder);
        taken.AddRange(rows.Select(one => one.Job));
        return seen > room;
    }

    // What the worker holds and does not know of, with the fence and the start that the lost answer had.
    bool TellAgain(WriteTransaction transaction, Lease[] known)
    {
        var held = transaction.Prepare(HeldSql).Bind(1, request.Worker.Value).All(row => ClaimedRow.Read(row, request.Worker, lanes).Job);
        taken.AddRange(held.Where(job => !known.Contains(job.Lease)));
        return true;
    }
}
