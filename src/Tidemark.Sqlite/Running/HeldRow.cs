using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Running;

/// <summary>The running job behind a lease, if the lease is good: what every write of an attempt asks first.</summary>
internal sealed class HeldRow
{
    static readonly string HeldSql = Sql.Load("Running/Held");
    static readonly string SetMemorySql = Sql.Load("Running/SetMemory");
    static readonly string HasSuspectsSql = Sql.Load("Running/HasSuspectItems");
    static readonly string ClearSql = Sql.Load("Running/ClearSuspicion");

    public required JobId Job { get; init; }

    /// <summary>Whose quarantine it writes to: a visit's items are its parent's.</summary>
    public required JobId QuarantineOwner { get; init; }

    /// <summary>It replays what its parent has set aside.</summary>
    public required bool IsReplay { get; init; }
    public required Ask? Ask { get; init; }
    required public int Crashes { get; init; }
    required public bool IsSuspect { get; init; }
    required public bool HasMemory { get; init; }

    public static HeldRow? Find(WriteTransaction transaction, Lease lease)
    {
        var row = transaction.Prepare(HeldSql).Bind(1, lease.Job.Value).Bind(2, lease.Fence);
        var held = row.Step()
            ? new HeldRow
            {
                Job = lease.Job,
                QuarantineOwner = row.IsNull(4) || row.IsNull(3) ? lease.Job : new(row.Int64(3)),
                IsReplay = !row.IsNull(4) && (VisitKind)row.Int32(4) == VisitKind.QuarantineReplay,
                Crashes = row.Int32(0),
                IsSuspect = row.Flag(1),
                HasMemory = row.Flag(2),
                Ask = row.IsNull(5) ? null : Mover.ReadAsk(lease.Job, row, 5),
            }
            : null;
        row.Reset();
        return held;
    }

    /// <summary>A save has been written. Progress proves that the last crash was not this job's doing; suspicion ends once no item is suspected any more.</summary>
    public void Saved(WriteTransaction transaction, bool progress, bool acquitted)
    {
        if (!HasMemory) transaction.Prepare(SetMemorySql).Bind(1, Job.Value).Run();
        if (!(progress || acquitted) || (Crashes == 0 && !IsSuspect)) return;
        var row = transaction.Prepare(HasSuspectsSql).Bind(1, Job.Value);
        var suspected = row.Step();
        row.Reset();
        transaction.Prepare(ClearSql).Bind(1, Job.Value).Bind(2, progress).Bind(3, IsSuspect && suspected).Run();
    }
}
