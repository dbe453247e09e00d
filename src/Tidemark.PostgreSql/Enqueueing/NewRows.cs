using Tidemark.Enqueueing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Enqueueing;

/// <summary>Rows of the live table, due now unless they say otherwise.</summary>
internal static class NewRows
{
    public static readonly Sql InsertSql = Sql.Load("Enqueueing/Insert");
    static readonly Sql HasMemorySql = Sql.Load("Enqueueing/HasMemory");
    static readonly Sql InheritStreamsSql = Sql.Load("Enqueueing/InheritStreams");
    static readonly Sql InheritPartitionsSql = Sql.Load("Enqueueing/InheritPartitions");
    static readonly Sql InheritQuarantineSql = Sql.Load("Enqueueing/InheritQuarantine");
    static readonly Sql KeepFlagSql = Sql.Load("Settling/KeepFlag");
    static readonly Sql SetMemorySql = Sql.Load("Running/SetMemory");

    /// <summary>Answers their ids, in order.</summary>
    public static JobId[] Insert(WriteTransaction transaction, IReadOnlyList<NewJob> jobs, Lanes lanes)
    {
        if (jobs.Count == 0) return [];
        JobId[] ids = jobs.Count >= transaction.Database.Options.CopyFrom
            ? CopiedRows.Insert(transaction, jobs, lanes)
            : [.. Bind(transaction.Prepare(InsertSql), jobs, lanes).All(row => new JobId(row.Int64(0)))];
        for (var at = 0; at < jobs.Count; at++)
        {
            if (jobs[at].Inherits is { } late) Inherit(transaction, late, ids[at]);
        }
        return ids;
    }

    /// <summary>The parameters of the insertion.</summary>
    public static T Bind<T>(T insert, IReadOnlyList<NewJob> jobs, Lanes lanes) where T : IBound => insert
        .Bind(1, [.. jobs.Select(job => lanes.FindOrAdd(job.Queue, job.Name))]).Bind(2, [.. jobs.Select(job => job.DueAt.Ms())])
        .Bind(3, [.. jobs.Select(job => (long)job.Priority)]).Bind(4, [.. jobs.Select(job => job.Arguments)]).Bind(5, [.. jobs.Select(job => job.Tags)])
        .Bind(6, [.. jobs.Select(job => job.Parent?.Value)]).Bind(7, [.. jobs.Select(job => (long?)job.Visit?.Kind)]).Bind(8, [.. jobs.Select(job => job.Visit?.Stream)])
        .Bind(9, [.. jobs.Select(job => job.Dedup is { Scope: DedupScope.UntilSettled } freed ? freed.Key : null)])
        .Bind(10, [.. jobs.Select(job => job.Limit?.Key)]).Bind(11, [.. jobs.Select(job => (long?)job.Limit?.Places)]);

    static void Inherit(WriteTransaction transaction, JobId from, JobId heir)
    {
        if (!transaction.Prepare(HasMemorySql).Bind(1, from.Value).Any()) return;
        transaction.Prepare(SetMemorySql).Bind(1, heir.Value).Run();
        transaction.Prepare(InheritStreamsSql).Bind(1, from.Value).Bind(2, heir.Value).Run();
        transaction.Prepare(InheritPartitionsSql).Bind(1, from.Value).Bind(2, heir.Value).Run();
        transaction.Prepare(InheritQuarantineSql).Bind(1, from.Value).Bind(2, heir.Value).Run();
        transaction.Prepare(KeepFlagSql).Bind(1, from.Value).Bind(2, false).Run();
        Memories.ForgetIfDone(transaction, from); // its memos are nobody's now
    }
}
