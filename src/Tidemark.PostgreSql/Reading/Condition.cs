using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;
using Npgsql;

namespace Tidemark.PostgreSql.Reading;

/// <summary>What <c>doctor</c> is told of a server: each thing that costs safety or speed, with what mends it.</summary>
/// <param name="heldTooLong">Seconds that a snapshot may be held before it is told.</param>
internal sealed class Condition(long heldTooLong = 300)
{
    const long ManyDeadRows = 100_000;
    const long OldRows = 1_000_000_000; // transactions; at two billion the server stops
    static readonly Sql ConditionSql = Sql.Load("Reading/Condition");
    static readonly Sql SnapshotsSql = Sql.Load("Reading/HeldSnapshots");
    static readonly Sql ProbeSql = Sql.Load("Reading/Probe");

    sealed record Found(
        bool Standby, string SynchronousCommit, bool Fsync, bool FullPages, bool Autovacuum, long MostSessions, long Sessions, long DeadRows, long LiveRows, long Age,
        bool NoTomorrow, bool InDefault, bool Direct, bool Works, long ThroughPooler, long? LeaseMs, DateTimeOffset? WentBackAt, string? WentBack);

    /// <summary>Null too where this role may not write: what others meet is then not known.</summary>
    public static async ValueTask<string?> ProbeAsync(StoreThreads writer)
    {
        try
        {
            await writer.RunAsync(new WriteDelegate<bool>(transaction => transaction.Prepare(ProbeSql).Run() == 0));
            return null;
        }
        catch (StoreException fault)
        {
            return fault.InnerException is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } ? null : fault.Message;
        }
    }

    public StoreFinding[] Examine(StatementCache statements)
    {
        var found = statements.Get(ConditionSql).First(row => new Found(
            row.Flag(0), row.Text(1)!, row.Flag(2), row.Flag(3), row.Flag(4), row.Int64(5), row.Int64(6), row.Int64(7), row.Int64(8), row.Int64(9),
            row.Flag(10), row.Flag(11), row.Int64(12) == statements.Connection.ProcessID, row.Flag(13), row.Int64(14), row.Int64OrNull(15), row.InstantOrNull(16), row.Text(17)))!;
        var held = statements.Get(SnapshotsSql).Bind(1, heldTooLong).All(row => (Who: row.Text(0)!, Seconds: row.Int64(1)));
        return [.. Safety(found), .. Recovery(found), .. held.Select(Snapshot), .. Vacuum(found, held.Count > 0), .. History(found), .. Role(found)];
    }

    static IEnumerable<StoreFinding> Safety(Found found)
    {
        if (found.WentBackAt is { } at)
            yield return new("went back in time", $"the store went back in time: {found.WentBack}; noticed at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z",
                "what its jobs did since the restored moment was done again, or is done again now: see what they did outside of the database");
        if (found.Standby) yield return new("standby", "this server is a standby: it is read, not written", "name all hosts, with Target Session Attributes=primary");
        if (!found.Fsync) yield return new("fsync off", "a loss of power may damage the whole database", "fsync = on, in postgresql.conf");
        if (!found.FullPages) yield return new("full_page_writes off", "a loss of power may damage pages", "full_page_writes = on, unless the volume writes pages whole");
        if (found.SynchronousCommit == "off")
            yield return new("synchronous_commit off", "what is accepted survives a crash of processes, not one of the server's machine", "synchronous_commit = on for the role or the database");
        if (found.Sessions > found.MostSessions * 9 / 10)
            yield return new("few connections left", $"{found.Sessions} of max_connections {found.MostSessions} are taken", "raise max_connections, lower Maximum Pool Size, or put a pooler between");
    }

    static IEnumerable<StoreFinding> Recovery(Found found)
    {
        if (!found.Direct) yield return new("pooler", "a pooler stands between this program and the server", "none is needed; its sessions do not show who lives");
        if (found.ThroughPooler > 0)
            yield return new("beats through a pooler", $"workers: {found.ThroughPooler}. The death of one is noticed by its silence alone, after its lease of {(found.LeaseMs ?? 0) / 1000} s and a sweep, not within seconds",
                "give the workers a data source that goes to the server itself");
    }

    static StoreFinding Snapshot((string Who, long Seconds) held) =>
        new("held snapshot", $"{held.Who} has held one for {TimeSpan.FromSeconds(held.Seconds):c}: dead rows cannot be cleared away meanwhile", "end it, or set idle_in_transaction_session_timeout");

    static IEnumerable<StoreFinding> Vacuum(Found found, bool held)
    {
        if (!found.Autovacuum) yield return new("autovacuum off", "dead rows stay, and claims read past them", "autovacuum = on");
        else if (!held && found.DeadRows > ManyDeadRows && found.DeadRows > found.LiveRows)
            yield return new("vacuum is behind", $"{found.DeadRows} dead rows beside {found.LiveRows} live ones in the jobs' table", "raise autovacuum_max_workers or autovacuum_vacuum_cost_limit");
        if (found.Age > OldRows) yield return new("old transaction ids", $"the jobs' table was last frozen {found.Age} transactions ago; at two billion the server stops", "VACUUM FREEZE, and see what keeps autovacuum from it");
    }

    static IEnumerable<StoreFinding> History(Found found)
    {
        if (found.NoTomorrow)
            yield return new("no partition for tomorrow", "finished jobs will lie in finished_default, which no retention drops as a whole", "start a worker: it makes the coming days as soon as nobody reads the history for long. A role that may not needs EXECUTE on add_days");
        if (found.InDefault) yield return new("rows beside the days", "finished_default has rows: no partition was there in time, or a clock stepped", "none is needed; retention deletes them row by row");
    }

    static IEnumerable<StoreFinding> Role(Found found)
    {
        if (!found.Works) yield return new("this role only reads", "whether the store can be written is not known to it", "ask as a worker's role to know; tidemark schema roles writes who may what");
    }
}
