using Tidemark.Enqueueing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Enqueueing;

/// <summary>Rows of the live table, due now unless they say otherwise.</summary>
internal static class NewRows
{
    static readonly Sql InsertSql = Sql.Load("Enqueueing/Insert");
    static readonly Sql InsertOneSql = Sql.Load("Enqueueing/InsertOne");
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
            : [.. Bind(transaction.Prepare(InsertSqlOf(jobs)), jobs, lanes).All(row => new JobId(row.Int64(0)))];
        for (var at = 0; at < jobs.Count; at++)
        {
            if (jobs[at].Inherits is { } late) Inherit(transaction, late, ids[at]);
        }
        return ids;
    }

    public static Sql InsertSqlOf(IReadOnlyList<NewJob> jobs) => jobs.Count == 1 ? InsertOneSql : InsertSql;

    /// <summary>The parameters of the insertion.</summary>
    public static T Bind<T>(T insert, IReadOnlyList<NewJob> jobs, Lanes lanes) where T : IBound => jobs is [var job] ? BindOne(insert, job, lanes) : insert
        .Bind(1, [.. jobs.Select(job => lanes.FindOrAdd(job.Queue, job.Name))]).Bind(2, [.. jobs.Select(job => job.DueAt.Ms())])
        .Bind(3, [.. jobs.Select(job => (long)job.Priority)]).Bind(4, [.. jobs.Select(job => job.Arguments)]).Bind(5, [.. jobs.Select(job => job.Tags)])
        .Bind(6, [.. jobs.Select(job => job.Parent?.Value)]).Bind(7, [.. jobs.Select(job => (long?)job.Visit?.Kind)]).Bind(8, [.. jobs.Select(job => job.Visit?.Stream)])
        .Bind(9, [.. jobs.Select(FreedKey)])
        .Bind(10, [.. jobs.Select(job => job.Limit?.Key)]).Bind(11, [.. jobs.Select(job => (long?)job.Limit?.Places)]);

    static T BindOne<T>(T insert, NewJob job, Lanes lanes) where T : IBound => insert
        .Bind(1, lanes.FindOrAdd(job.Queue, job.Name)).Bind(2, job.DueAt.Ms()).Bind(3, job.Priority).Bind(4, job.Arguments).Bind(5, job.Tags)
        .Bind(6, job.Parent?.Value).Bind(7, (long?)job.Visit?.Kind).Bind(8, job.Visit?.Stream).Bind(9, FreedKey(job)).Bind(10, job.Limit?.Key).Bind(11, (long?)job.Limit?.Places);

    /// <summary>Its key, if it is free again once the job has ended: of that the job's row tells.</summary>
    public static string? FreedKey(NewJob job) => job.Dedup is { Scope: DedupScope.UntilSettled } freed ? freed.Key : null;

    static void Inherit(WriteTransaction transaction, JobId from, JobId heir)
    {
        if (!transaction.PrepareByKey(HasMemorySql).Bind(1, from.Value).Any()) return;
        transaction.Prepare(SetMemorySql).Bind(1, heir.Value).Run();
        transaction.Prepare(InheritStreamsSql).Bind(1, from.Value).Bind(2, heir.Value).Run();
        transaction.Prepare(InheritPartitionsSql).Bind(1, from.Value).Bind(2, heir.Value).Run();
        transaction.Prepare(InheritQuarantineSql).Bind(1, from.Value).Bind(2, heir.Value).Run();
        transaction.Prepare(KeepFlagSql).Bind(1, from.Value).Bind(2, false).Run();
        Memories.ForgetIfDone(transaction, from); // its memos are nobody's now
    }
}
