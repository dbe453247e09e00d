using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Storage;

/// <summary>A finished job's steps and streams go once nobody can need them; each stream's line with its counters stays, for people.</summary>
internal static class Memories
{
    static readonly string FlagSql = Sql.Load("Storage/FinishedMemory");
    static readonly string NeededSql = Sql.Load("Storage/IsNeeded");
    static readonly string[] ForgetSql =
    [
        Sql.Load("Storage/ForgetSteps"), Sql.Load("Storage/ForgetSettled"), Sql.Load("Storage/ForgetRetryItems"), Sql.Load("Storage/ForgetSuspectItems"),
        Sql.Load("Storage/ForgetStreams"), Sql.Load("Storage/ForgetFlag"),
    ];

    public static void ForgetIfDone(WriteTransaction transaction, JobId job)
    {
        if (!Is(transaction.Prepare(FlagSql).Bind(1, job.Value)) || Is(transaction.Prepare(NeededSql).Bind(1, job.Value))) return;
        foreach (var sql in ForgetSql) transaction.Prepare(sql).Bind(1, job.Value).Run();
    }

    static bool Is(Statement row)
    {
        var answer = row.Step() && row.Flag(0);
        row.Reset();
        return answer;
    }
}
