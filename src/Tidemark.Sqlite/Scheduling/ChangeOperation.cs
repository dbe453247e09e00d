using Tidemark.Scheduling;
using Tidemark.Sqlite.Enqueueing;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Scheduling;

/// <summary>Changes of schedules by compare and set, each with its occurrences, their jobs and its audit row.</summary>
internal sealed class ChangeOperation(IReadOnlyList<ScheduleChange> changes, Lanes lanes) : WriteOperation<ScheduleReply[]>
{
    static readonly string InsertSql = Sql.Load("Scheduling/Insert");
    static readonly string ChangeSql = Sql.Load("Scheduling/Change");
    static readonly string TakeSql = Sql.Load("Scheduling/TakeOccurrence");
    static readonly string NameJobSql = Sql.Load("Scheduling/NameJob");
    static readonly string LastJobSql = Sql.Load("Scheduling/SetLastJob");
    static readonly string ForgetSql = Sql.Load("Scheduling/Forget");
    static readonly string AuditSql = Sql.Load("Scheduling/Audit");

    public override int Rows => changes.Sum(change => 1 + change.Jobs.Length * 2);

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction) => Answer = [.. changes.Select(change => Change(transaction, change))];

    ScheduleReply Change(WriteTransaction transaction, ScheduleChange change)
    {
        if (!Put(transaction, change.Row, change.Expected)) return new(ScheduleVerdict.Moved, []);
        var (name, now) = (change.Row.Name, transaction.Now.Ms());
        var jobs = new JobId?[change.Jobs.Length];
        for (var at = 0; at < jobs.Length; at++)
        {
            var (instant, kind, job) = change.Jobs[at];
            if (transaction.Prepare(TakeSql).Bind(1, name).Bind(2, instant.Ms()).Bind(3, (long)kind).Bind(4, now).Run() == 0) continue; // it has had its job
            var id = EnqueueOperation.Insert(transaction, job, lanes);
            transaction.Prepare(NameJobSql).Bind(1, name).Bind(2, instant.Ms()).Bind(3, id.Value).Run();
            transaction.Prepare(LastJobSql).Bind(1, name).Bind(2, id.Value).Run();
            jobs[at] = id;
        }
        if (change.ForgetBefore is { } before) transaction.Prepare(ForgetSql).Bind(1, name).Bind(2, before.Ms()).Run();
        if (change.Audit is { } audit) transaction.Prepare(AuditSql).Bind(1, now).Bind(2, audit.By).Bind(3, audit.Action).Bind(4, name).Bind(5, audit.Detail).Run();
        return new(ScheduleVerdict.Done, jobs);
    }

    static bool Put(WriteTransaction transaction, ScheduleRow row, long expected)
    {
        var statement = transaction.Prepare(expected == 0 ? InsertSql : ChangeSql)
            .Bind(1, row.Name).Bind(2, row.Owner).Bind(3, row.Terms).Bind(4, row.Arguments).Bind(5, row.State).Bind(6, row.WakeAt.Ms()).Bind(7, (long)row.Rest).Bind(8, row.Fault);
        return (expected == 0 ? statement.Bind(9, row.DecidedUntil.Ms()) : statement.Bind(9, expected).Bind(10, row.DecidedUntil.Ms())).Run() > 0;
    }
}
