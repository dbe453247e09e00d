using Tidemark.Leasing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>
/// Leases what is due, all queues in one statement; rows that others are just taking are passed over. A claim from the low water on that was not
/// filled looks once more, from the bottom.
/// </summary>
internal sealed class ClaimOperation(ClaimRequest request, string[] jobNames, Lanes lanes, LowWater water) : WriteOperation<ClaimReply>
{
    static readonly ClaimSet Claim = new();
    static readonly Sql MayClaimSql = Sql.Load("Leasing/MayClaim");
    static readonly Sql NextDueSql = Sql.Load("Leasing/NextDue");
    static readonly Sql TakeSql = Sql.Load("Leasing/Take");
    static readonly Sql HeldSql = Sql.Load("Leasing/Held");

    readonly List<TakenRow> taken = [];
    int? kept; // of those: what its set has committed. What came after may be rolled back
    bool fromBottom;

    /// <summary>Somebody may be let in, of a limit.</summary>
    public bool FoundMark { get; private set; }

    public WorkerId Worker => request.Worker;

    public override int Rows => request.Demands.Sum(demand => demand.Max);

    public override WriteSet? Set { get; } = request.Known is null ? Claim : null;

    public override bool HasRest => !fromBottom && !Answer.More;

    public override void Execute(WriteTransaction transaction)
    {
        if (request.Known is { } known)
        {
            TellAgain(transaction, known);
            return;
        }
        kept ??= taken.Count;
        taken.RemoveRange(kept.Value, taken.Count - kept.Value);
        Name();
        water.Forget();
        var take = BindTo(transaction.PrepareByKey(TakeSql));
        Read(take);
        take.Reset();
    }

    /// <summary>A claim, or one that was rolled back, begins.</summary>
    public T Begin<T>(T take) where T : IBound
    {
        kept = null;
        taken.Clear();
        return BindTo(take);
    }

    /// <summary>The rows of Take. Each tells how the claim went as a whole; where nothing was taken, a row of its own does.</summary>
    public void Read(Row rows)
    {
        var came = new List<TakenRow>();
        var looked = 0L;
        while (rows.Step())
        {
            (Answer, looked) = ClaimedRow.ReadReply(rows);
            FoundMark = ClaimedRow.ReadMark(rows);
            if (!rows.IsNull(0)) came.Add(ClaimedRow.Read(rows, request.Worker));
        }
        taken.AddRange(came);
        var last = came.GroupBy(row => row.Lane).Select(lane => (lane.Key, lane.Max(row => row.Rank)));
        if (fromBottom) water.Found(last, looked);
        else water.Rise(last);
    }

    public override void MakeAnswer()
    {
        if (request.Known is not null) return;
        Name();
        Answer = Answer with { Jobs = [.. taken.OrderBy(PlaceOf).ThenByDescending(row => row.Job.IsSuspect).ThenBy(row => row.Rank).ThenBy(row => row.Job.Id.Value).Select(row => row.Job)] };
    }

    // Not while the answer is being read: a lane that is new here is asked for on another connection, and whatever went wrong with that would be laid to all that travel with this claim.
    void Name()
    {
        for (var at = 0; at < taken.Count; at++)
        {
            if (taken[at].Job.Queue.Length == 0) taken[at] = taken[at].NamedBy(lanes);
        }
    }

    // The parameters of Take: what is still asked for.
    T BindTo<T>(T take) where T : IBound
    {
        var (under, lows) = water.Now();
        fromBottom = under.Length == 0;
        return take.Bind(1, [.. request.Demands.Select(demand => demand.Queue)])
            .Bind(2, [.. request.Demands.Select(demand => (long)(demand.Max - taken.Count(row => row.Job.Queue == demand.Queue)))])
            .Bind(3, jobNames).Bind(4, request.Worker.Value).Bind(5, request.SuspectAllowed && !taken.Exists(row => row.Job.IsSuspect))
            .Bind(6, under).Bind(7, lows);
    }

    int PlaceOf(TakenRow row) => Array.FindIndex(request.Demands, demand => demand.Queue == row.Job.Queue);

    // What the worker holds and does not know of, with the fence and the start that the lost answer had.
    void TellAgain(WriteTransaction transaction, Lease[] known)
    {
        var held = transaction.Prepare(MayClaimSql).Bind(1, request.Worker.Value).Any()
            ? transaction.Prepare(HeldSql).Bind(1, request.Worker.Value).All(row => ClaimedRow.Read(row, request.Worker)).ConvertAll(row => row.NamedBy(lanes).Job)
            : null;
        var lost = held?.Where(job => !known.Contains(job.Lease)) ?? [];
        Answer = transaction.Prepare(NextDueSql).First(row => new ClaimReply { Jobs = [.. lost], More = held is not null, Now = row.Instant(0), NextDueAt = row.InstantOrNull(1) })!;
    }
}

/// <summary>A row as Take answers it: what its lane is called is not in it.</summary>
internal readonly record struct TakenRow(long Rank, long Lane, ClaimedJob Job)
{
    public TakenRow NamedBy(Lanes lanes)
    {
        var (queue, name) = lanes.NameOf(Lane);
        return this with { Job = Job with { Queue = queue, Name = name } };
    }
}
