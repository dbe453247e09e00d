using System.Collections.Concurrent;
using Npgsql;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Connections;

/// <summary>
/// Notices that the store went back in time. A fence alone would not: the copy gives out again the numbers that were given since, and what another worker
/// holds by one of them, this process would write. So each new connection is looked at before anything is written on it, and each beat looks whether the server behind its
/// connection is still the same, for a pooler changes it unseen. What went back begins a new era: whatever an operation or a worker of an earlier one asks for is refused.
/// </summary>
internal sealed class History
{
    static readonly Sql MarkSql = Sql.Load("Connections/Mark");
    static readonly Sql WitnessesSql = Sql.Load("Connections/Witnesses");
    static readonly Sql AnnounceSql = Sql.Load("Connections/Announce");
    static readonly Sql EpochSql = Sql.Load("Connections/Epoch");
    static readonly Sql SkipSql = Sql.Load("Connections/SkipNumbers");

    readonly Lock sync = new();
    readonly ConcurrentDictionary<long, Witness> witnesses = [];
    ServerMark? last;
    (long Epoch, string Why)? unannounced;
    string? why;
    int era;

    /// <summary>Counts how often this process has noticed it.</summary>
    public int Era => Volatile.Read(ref era);

    /// <summary>For people: what was noticed last.</summary>
    public string Why => $"{why} What this worker held before is held no longer: its attempts are cancelled, and it joins anew.";

    /// <summary>A worker of this process has joined.</summary>
    public void Attest(long worker, Witness witness) => witnesses[worker] = witness;

    /// <summary>It has left.</summary>
    public void Forget(long worker) => witnesses.TryRemove(worker, out _);

    /// <summary>A connection has been opened.</summary>
    public void Look(NpgsqlConnection connection, Database database)
    {
        using var statements = new StatementCache(connection, database, prepare: false);
        Look(statements);
    }

    /// <summary>A beat was written by this server. What it has on its disk by now is remembered: a copy from before will be told from it.</summary>
    public void Beaten(StatementCache statements, Witness witness, BeatAnswer answer)
    {
        if (witness.Contradicts(answer.Former) is { } fault)
        {
            WentBack(fault, answer.Epoch);
            return;
        }
        witness.Beaten(answer.Beat, answer.Written, answer.Flushed);
        lock (sync)
        {
            if (last is { } known && known.Epoch == answer.Epoch && known.StartedAt == answer.Server && known.Tables == answer.Tables)
            {
                last = known with { Flushed = Math.Max(known.Flushed, answer.Flushed) };
                return;
            }
        }
        Look(statements);
    }

    /// <summary>In the write by which a worker joins: tells everybody, unless somebody has, and steps over the numbers that are lost.</summary>
    public void Announce(WriteTransaction transaction)
    {
        (long Epoch, string Why) noticed;
        lock (sync)
        {
            if (unannounced is not { } pending) return;
            noticed = pending;
        }
        var first = transaction.Prepare(AnnounceSql).Bind(1, noticed.Epoch).Bind(2, noticed.Why).First(row => (long?)row.Int64(0));
        if (first is not null)
        {
            Ledger.Audit(transaction, "tidemark", "went back in time", null, null, noticed.Why);
            transaction.Prepare(SkipSql).All(row => row.Int64(0));
        }
        var now = first ?? transaction.Prepare(EpochSql).First(row => row.Int64(0));
        lock (sync)
        {
            // Before the commit: to the connections of this process it must not look like another's.
            if (last is { } known) last = known with { Epoch = now };
            unannounced = null;
        }
    }

    void Look(StatementCache statements)
    {
        if (statements.Get(MarkSql).First(row => (ServerMark?)Read(row)) is not { } now) return;
        string? found;
        lock (sync)
        {
            found = last is { } before ? now.WentBackSince(before) : null;
            if (found is not null) Begin($"The store went back in time: {found}. What was accepted since is gone from it.", now.Epoch > last!.Value.Epoch ? null : (last.Value.Epoch, found));
            last = now;
        }
        if (found is null && !witnesses.IsEmpty) Question(statements, now.Epoch);
    }

    // Its own rows: what the server's place in its log cannot show once others have written on.
    void Question(StatementCache statements, long epoch)
    {
        long[] asked = [.. witnesses.Keys];
        foreach (var row in statements.Get(WitnessesSql).Bind(1, asked).All(ReadWitnessed))
        {
            if (!witnesses.TryGetValue(row.Worker, out var witness)) continue;
            if (witness.Contradicts(row) is { } fault)
            {
                WentBack(fault, epoch);
                return;
            }
            // Declared dead after a silence: what it held was taken from it under new fences.
            if (row.StartedAt is null) Forget(row.Worker);
        }
    }

    void WentBack(string found, long epoch)
    {
        lock (sync) Begin($"The store went back in time: {found}. What was accepted since is gone from it.", (epoch, found));
    }

    void Begin(string reason, (long Epoch, string Why)? toTell)
    {
        why = reason;
        unannounced = toTell;
        witnesses.Clear();
        Volatile.Write(ref era, era + 1);
    }

    static Witnessed ReadWitnessed(Row row) => new(row.Int64(0), row.Int64OrNull(1), row.Int64OrNull(2), row.Flag(3));

    static ServerMark Read(Row row) => new(row.Text(0)!, row.Int64(1), row.Time(2), row.Int64(3), row.Int64(4), row.Flag(5), row.Int64(6));
}

/// <summary>What the store answered to a beat.</summary>
/// <param name="Epoch">Of the store.</param>
/// <param name="Server">When the server was started.</param>
/// <param name="Tables">The workers' table.</param>
/// <param name="Former">The beat that the row had before.</param>
/// <param name="Beat">The one that it has now.</param>
/// <param name="Written">So far is the log written.</param>
/// <param name="Flushed">So far it is on the disk.</param>
internal readonly record struct BeatAnswer(long Epoch, DateTime Server, long Tables, long Former, long Beat, long Written, long Flushed);
