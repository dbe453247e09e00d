using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Storage;

/// <summary>
/// A finished job's steps and streams go once nobody can need them; each stream's line with its counters stays, for people. The finished row is
/// locked before the question: of two who could be the last to need it, the later one sees the other gone.
/// </summary>
internal static class Memories
{
    static readonly Sql FlagSql = Sql.Load("Storage/FinishedMemory");
    static readonly Sql NeededSql = Sql.Load("Storage/IsNeeded");
    static readonly Sql[] ForgetSql =
    [
        Sql.Load("Storage/ForgetSteps"), Sql.Load("Storage/ForgetSettled"), Sql.Load("Storage/ForgetRetryItems"), Sql.Load("Storage/ForgetSuspectItems"),
        Sql.Load("Storage/ForgetStreams"), Sql.Load("Storage/ForgetFlag"),
    ];

    public static void ForgetIfDone(WriteTransaction transaction, JobId job)
    {
        if (!Is(transaction.Prepare(FlagSql).Bind(1, job.Value)) || Is(transaction.Prepare(NeededSql).Bind(1, job.Value))) return;
        foreach (var sql in ForgetSql) transaction.Prepare(sql).Bind(1, job.Value).Run();
    }

    static bool Is(Statement row) => row.First(answer => answer.Flag(0));
}
