using System.Collections.Concurrent;
using Npgsql;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Connections;

/// <summary>
/// Notices that the store went back in time. A fence alone would not: the copy gives out again the numbers that were given since, and what another worker
/// holds by one of them, this process would write. So each new connection is looked at before anything is written on it, and so is one that has rested; each beat looks whether the
/// server behind its connection is still the same, for a pooler changes it unseen. What went back begins a new era: whatever an operation or a worker of an earlier one asks for is refused.
/// </summary>
/// <remarks>Many threads look at a time. An answer is compared with what was known before the question was sent: what became known meanwhile may be newer than the answer.</remarks>
internal sealed class History
{
    static readonly Sql MarkSql = Sql.Load("Connections/Mark");
    static readonly Sql WitnessesSql = Sql.Load("Connections/Witnesses");
    static readonly Sql UnbrokenSql = Sql.Load("Connections/Unbroken");
    static readonly Sql BeginUnbrokenSql = Sql.Load("Connections/BeginUnbroken");

    readonly Lock sync = new();
    readonly ConcurrentDictionary<long, Witness> witnesses = [];
    ServerMark? last;
    string? why;
    int era;
    int run;

    /// <summary>Which store it is; null while that has not been asked.</summary>
    public string? Store { get; set; }

    /// <summary>Commits do not wait for the server's disk: whenever it crashes it goes back, if only by moments.</summary>
    public bool MindsCrashes { get; set; }

    /// <summary>Counts how often this process has noticed it.</summary>
    public int Era => Volatile.Read(ref era);

    /// <summary>
    /// Counts the runs of the server that this process has seen. Within one nothing goes back: what is remembered of the store is remembered for as long, for a copy that others have
    /// written in does not always look like one.
    /// </summary>
    public int Run => Volatile.Read(ref run);

    /// <summary>For people: what was noticed last.</summary>
    public string Why => $"{why} What this worker held before is held no longer: its attempts are cancelled, and it joins anew.";

    /// <summary>What others are to be told.</summary>
    public Notices Notices { get; } = new();

    /// <summary>A worker of this process has joined.</summary>
    public void Attest(long worker, Witness witness) => witnesses[worker] = witness;

    /// <summary>It has left.</summary>
    public void Forget(long worker) => witnesses.TryRemove(worker, out _);

    /// <summary>
    /// A connection is about to be used whose server may be another by now. False: that cannot be told on it, for it shows the rows of an older moment, and its server is not known, or its role may not see the workers': whoever
    /// asks looks on a connection of his own.
    /// </summary>
    /// <param name="statements">On it.</param>
    /// <param name="isLent">By a user, who may have taken it from anywhere, and in whatever role.</param>
    /// <exception cref="ForeignStore">It is lent, and leads to another store: nothing has gone back.</exception>
    public bool Look(StatementCache statements, bool isLent = false)
    {
        while (true)
        {
            var (before, then) = Known();
            if (statements.Get(MarkSql).First(row => ((ServerMark, string, bool, bool)?)(Read(row), row.Text(8)!, row.Flag(9), row.Flag(10))) is not var (now, store, seesWorkers, seesCrashes)) return true;
            if (isLent && Store is { } ours && store != ours) throw new ForeignStore();
            if (!now.IsCurrent)
            {
                // The rows are those of when somebody's transaction began: their epoch can only be too low, and other workers' beats too few. That will do on a server that is known.
                if (before is not { } known || known.StartedAt != now.StartedAt) return false;
                now = now with { Epoch = Math.Max(now.Epoch, known.Epoch) };
            }
            if (MindsCrashes)
            {
                if (isLent && !seesCrashes) return false;
                now = now with { Unbroken = UnbrokenOf(statements, isLent) };
                if (now.Unbroken is null) return false;
            }
            if (before is { } earlier && now.WentBackSince(Notices.IsOurs(now.Epoch) ? earlier with { Epoch = Math.Max(earlier.Epoch, now.Epoch) } : earlier) is { } found)
            {
                if (Begin(then, found, now, now.Epoch > earlier.Epoch ? null : earlier.Epoch)) return true;
                continue; // somebody was faster: judged by what he has left
            }
            if (!Keep(then, now)) continue;
            if (!now.IsCurrent || witnesses.IsEmpty) return true;
            if (!seesWorkers) return false;
            Question(statements, then, now);
            return true;
        }
    }

    /// <summary>A beat is about to be asked for.</summary>
    public BeforeBeat Before(Witness witness) => new(Era, witness.Durable);

    /// <summary>A beat was written by this server. What it has on its disk by now is remembered: a copy from before will be told from it.</summary>
    public void Beaten(StatementCache statements, Witness witness, BeforeBeat before, BeatAnswer answer)
    {
        var maySurvive = MindsCrashes && !statements.IsDirect; // a crash of the server, of which the beat shows nothing: as a pooler's connections do
        if (maySurvive || !IsTheSame(answer))
        {
            Look(statements);
            if (Era != before.Era) return;
            if (witness.Contradicts(answer.Former, before.Durable) is { } fault)
            {
                Begin(before.Era, fault, null, answer.Epoch);
                return;
            }
        }
        witness.Beaten(answer.Beats, answer.Written, answer.Flushed);
    }

    // Made by the first who finds none. Not in a transaction of somebody else's: others would wait for its end, and it may be undone.
    static string? UnbrokenOf(StatementCache statements, bool isLent)
    {
        var found = Ask();
        if (found is not null || isLent) return found;
        statements.Get(BeginUnbrokenSql).Run();
        return Ask() ?? throw new StoreException("The row of the table unbroken, by which a crash of the server is noticed, is gone again as soon as it is made. Who deletes it?");

        string? Ask() => statements.Get(UnbrokenSql).First(row => row.Text(0));
    }

    // Its own rows: what the server's place in its log cannot show once others have written on.
    void Question(StatementCache statements, int then, ServerMark now)
    {
        var asked = witnesses.ToDictionary(one => one.Key, one => (Witness: one.Value, one.Value.Durable));
        foreach (var row in statements.Get(WitnessesSql).Bind(1, [.. asked.Keys]).All(ReadWitnessed))
        {
            if (asked[row.Worker].Witness.Contradicts(row, asked[row.Worker].Durable) is { } fault)
            {
                Begin(then, fault, now, now.Epoch);
                return;
            }
            if (row.StartedAt is null) Forget(row.Worker); // declared dead after a silence: what it held was taken from it under new fences
        }
    }

    (ServerMark? Last, int Era) Known()
    {
        lock (sync) return (last, era);
    }

    bool IsTheSame(BeatAnswer answer)
    {
        lock (sync)
        {
            if (last is not { } known || known.Epoch != answer.Epoch || known.StartedAt != answer.Server || known.Tables != answer.Tables) return false;
            last = known with { Flushed = Math.Max(known.Flushed, answer.Flushed) };
            return true;
        }
    }

    // False: a new era has begun since.
    bool Keep(int then, ServerMark now)
    {
        lock (sync)
        {
            if (era != then) return false;
            if (last?.StartedAt != now.StartedAt) Volatile.Write(ref run, run + 1);
            last = last is { } other ? (other.Flushed > now.Flushed ? other : now) with { Epoch = Math.Max(other.Epoch, now.Epoch) } : now;
            return true;
        }
    }

    // False: another has begun since.
    bool Begin(int then, string found, ServerMark? now, long? epochToEnd)
    {
        lock (sync)
        {
            if (era != then) return false;
            why = $"The store went back in time: {found}. What was accepted since is gone from it.";
            Notices.Replace(epochToEnd is { } ended ? new(ended, why) : null);
            witnesses.Clear();
            last = now ?? last;
            Volatile.Write(ref run, run + 1);
            Volatile.Write(ref era, era + 1);
            return true;
        }
    }

    static Witnessed ReadWitnessed(Row row) => new(row.Int64(0), row.Int64OrNull(1), row.Int64OrNull(2), row.Flag(3));

    static ServerMark Read(Row row) => new(row.Text(0)!, row.Int64(1), row.Time(2), row.Int64(3), row.Int64(4), row.Flag(5), row.Int64(6), row.Flag(7));
}

/// <summary>A user's transaction is one of another store, under the same schema's name.</summary>
internal sealed class ForeignStore() : Exception("Another store.");

/// <summary>What was known when a beat was asked for.</summary>
/// <param name="Era">In which.</param>
/// <param name="Durable">So many beats of the worker's are on the disk.</param>
internal readonly record struct BeforeBeat(int Era, long Durable);

/// <summary>What the store answered to a beat.</summary>
/// <param name="Epoch">Of the store.</param>
/// <param name="Server">When the server was started.</param>
/// <param name="Tables">The workers' table.</param>
/// <param name="Former">So many beats the row had before.</param>
/// <param name="Beats">So many it has now.</param>
/// <param name="Written">So far is the log written.</param>
/// <param name="Flushed">So far it is on the disk.</param>
internal readonly record struct BeatAnswer(long Epoch, DateTime Server, long Tables, long Former, long Beats, long Written, long Flushed);
