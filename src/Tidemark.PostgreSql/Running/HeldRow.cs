using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Running;

/// <summary>The running job behind a lease, if the lease is good: what every write of an attempt asks first.</summary>
internal sealed class HeldRow
{
    static readonly Sql HeldSql = Sql.Load("Running/Held");
    static readonly Sql SetMemorySql = Sql.Load("Running/SetMemory");
    static readonly Sql HasSuspectsSql = Sql.Load("Running/HasSuspectItems");
    static readonly Sql ClearSql = Sql.Load("Running/ClearSuspicion");

    public required JobId Job { get; init; }

    /// <summary>Whose quarantine it writes to: a visit's items are its parent's.</summary>
    public required JobId QuarantineOwner { get; init; }

    /// <summary>It replays what its parent has set aside.</summary>
    public required bool IsReplay { get; init; }
    public required Ask? Ask { get; init; }
    required public int Crashes { get; init; }
    required public bool IsSuspect { get; init; }
    required public bool HasMemory { get; init; }

    public static HeldRow? Find(WriteTransaction transaction, Lease lease) =>
        transaction.PrepareByKey(HeldSql).Bind(1, lease.Job.Value).Bind(2, lease.Fence).First(row => Read(row, lease));

    /// <summary>The same with other statements; not called if the lease is no good.</summary>
    public static void Find(RoundTrip trip, Lease lease, Action<HeldRow> found) => trip.Add(HeldSql, rows =>
    {
        if (rows.Step()) found(Read(rows, lease));
    }).Bind(1, lease.Job.Value).Bind(2, lease.Fence);

    /// <summary>A save has been written. Progress proves that the last crash was not this job's doing; suspicion ends once no item is suspected any more.</summary>
    public void Saved(WriteTransaction transaction, bool progress, bool acquitted)
    {
        if (!HasMemory) transaction.Prepare(SetMemorySql).Bind(1, Job.Value).Run();
        if (!(progress || acquitted) || (Crashes == 0 && !IsSuspect)) return;
        var suspected = transaction.Prepare(HasSuspectsSql).Bind(1, Job.Value).Any();
        transaction.Prepare(ClearSql).Bind(1, Job.Value).Bind(2, progress).Bind(3, IsSuspect && suspected).Run();
    }

    static HeldRow Read(Row row, Lease lease) => new()
    {
        Job = lease.Job,
        QuarantineOwner = row.IsNull(4) || row.IsNull(3) ? lease.Job : new(row.Int64(3)),
        IsReplay = !row.IsNull(4) && (VisitKind)row.Int32(4) == VisitKind.QuarantineReplay,
        Crashes = row.Int32(0),
        IsSuspect = row.Flag(1),
        HasMemory = row.Flag(2),
        Ask = row.IsNull(5) ? null : Mover.ReadAsk(lease.Job, row, 5),
    };
}
