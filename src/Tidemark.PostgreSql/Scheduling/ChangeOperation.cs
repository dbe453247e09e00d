using Tidemark.PostgreSql.Enqueueing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Scheduling;

namespace Tidemark.PostgreSql.Scheduling;

/// <summary>Changes of schedules by compare and set, by arrays: rows, then the occurrences of those that were not moved, then their jobs.</summary>
internal sealed class ChangeOperation(IReadOnlyList<ScheduleChange> changes, Lanes lanes) : WriteOperation<ScheduleReply[]>
{
    static readonly Sql InsertSql = Sql.Load("Scheduling/Insert");
    static readonly Sql ChangeSql = Sql.Load("Scheduling/Change");
    static readonly Sql TakeSql = Sql.Load("Scheduling/TakeOccurrences");
    static readonly Sql NameJobsSql = Sql.Load("Scheduling/NameJobs");
    static readonly Sql LastJobsSql = Sql.Load("Scheduling/SetLastJobs");
    static readonly Sql ForgetSql = Sql.Load("Scheduling/Forget");
    static readonly Sql AuditSql = Sql.Load("Scheduling/Audit");

    public override int Rows => changes.Sum(change => 1 + change.Jobs.Length * 2);

    /// <summary>Rows are locked in the order of names: with those of another call in one transaction they would not be.</summary>
    public override bool RunsAlone => true;

    public override void Execute(WriteTransaction transaction)
    {
        HashSet<string> done = new(StringComparer.Ordinal);
        if (changes.Any(change => change.Expected == 0)) done.UnionWith(Put(transaction, InsertSql));
        if (changes.Any(change => change.Expected != 0)) done.UnionWith(Put(transaction, ChangeSql));
        Answer = [.. changes.Select(change => done.Contains(change.Row.Name) ? new ScheduleReply(ScheduleVerdict.Done, new JobId?[change.Jobs.Length]) : new(ScheduleVerdict.Moved, []))];
        Enqueue(transaction);
        Forget(transaction);
        Tell(transaction);
    }

    List<string> Put(WriteTransaction transaction, Sql sql) => transaction.Prepare(sql)
        .Bind(1, [.. changes.Select(change => change.Row.Name)]).Bind(2, [.. changes.Select(change => (long?)change.Expected)]).Bind(3, [.. changes.Select(change => change.Row.Owner)])
        .Bind(4, [.. changes.Select(change => change.Row.Terms)]).Bind(5, [.. changes.Select(change => change.Row.Arguments)]).Bind(6, [.. changes.Select(change => change.Row.State)])
        .Bind(7, [.. changes.Select(change => change.Row.WakeAt.Ms())]).Bind(8, [.. changes.Select(change => (long?)change.Row.Rest)]).Bind(9, [.. changes.Select(change => change.Row.Fault)])
        .Bind(10, [.. changes.Select(change => change.Row.DecidedUntil.Ms())])
        .All(row => row.Text(0)!);

    void Enqueue(WriteTransaction transaction)
    {
        var asked = (from at in Enumerable.Range(0, changes.Count)
                     where Answer[at].Verdict == ScheduleVerdict.Done
                     from place in Enumerable.Range(0, changes[at].Jobs.Length)
                     let job = changes[at].Jobs[place]
                     select (changes[at].Row.Name, Instant: job.At.Ms(), job.Kind, job.Job, Ids: Answer[at].Jobs, Place: place)).ToList();
        if (asked.Count == 0) return;
        var taken = transaction.Prepare(TakeSql)
            .Bind(1, [.. asked.Select(one => one.Name)]).Bind(2, [.. asked.Select(one => (long?)one.Instant)]).Bind(3, [.. asked.Select(one => (long?)one.Kind)])
            .All(row => (row.Text(0)!, row.Int64(1))).ToHashSet();
        var fresh = asked.FindAll(one => taken.Remove((one.Name, one.Instant))); // the others have had their jobs
        if (fresh.Count == 0) return;
        var ids = NewRows.Insert(transaction, fresh.ConvertAll(one => one.Job), lanes);
        for (var at = 0; at < ids.Length; at++) fresh[at].Ids[fresh[at].Place] = ids[at];
        transaction.Prepare(NameJobsSql).Bind(1, [.. fresh.Select(one => one.Name)]).Bind(2, [.. fresh.Select(one => (long?)one.Instant)]).Bind(3, [.. ids.Select(id => (long?)id.Value)]).Run();
        transaction.Prepare(LastJobsSql).Bind(1, [.. fresh.Select(one => one.Name)]).Bind(2, [.. ids.Select(id => (long?)id.Value)]).Run();
    }

    void Forget(WriteTransaction transaction)
    {
        var old = changes.Where((change, at) => change.ForgetBefore is not null && Answer[at].Verdict == ScheduleVerdict.Done).ToList();
        if (old.Count > 0) transaction.Prepare(ForgetSql).Bind(1, [.. old.Select(change => change.Row.Name)]).Bind(2, [.. old.Select(change => change.ForgetBefore.Ms())]).Run();
    }

    void Tell(WriteTransaction transaction)
    {
        var told = changes.Where((change, at) => change.Audit is not null && Answer[at].Verdict == ScheduleVerdict.Done).ToList();
        if (told.Count == 0) return;
        transaction.Prepare(AuditSql).Bind(1, [.. told.Select(change => change.Audit!.By)]).Bind(2, [.. told.Select(change => change.Audit!.Action)])
            .Bind(3, [.. told.Select(change => change.Row.Name)]).Bind(4, [.. told.Select(change => change.Audit!.Detail)]).Run();
    }
}
