using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Connections;

/// <summary>What this process has noticed of the store's past, and others are to be told: by the store's epoch, in the write by which a worker joins anew.</summary>
internal sealed class Notices
{
    static readonly Sql AnnounceSql = Sql.Load("Connections/Announce");
    static readonly Sql EpochSql = Sql.Load("Connections/Epoch");
    static readonly Sql SkipSql = Sql.Load("Connections/SkipNumbers");
    static readonly Sql JoinUnbrokenSql = Sql.Load("Connections/JoinUnbroken");
    static readonly Sql NeedNoUnbrokenSql = Sql.Load("Connections/NeedNoUnbroken");

    readonly Lock sync = new();
    Notice? untold;
    long ours;

    /// <summary>True of an epoch that this process has begun, or is just beginning: no other has noticed anything.</summary>
    public bool IsOurs(long epoch)
    {
        lock (sync) return epoch == ours;
    }

    /// <summary>What was to be told before is told with it. Null: others know.</summary>
    public void Replace(Notice? notice)
    {
        lock (sync) untold = notice;
    }

    /// <summary>
    /// Tells everybody, unless somebody has, and steps over the numbers that are lost. It may be undone with its transaction, and done again: it is told once <see cref="Told"/> says so.
    /// </summary>
    public Notice? Tell(WriteTransaction transaction)
    {
        Notice? notice;
        lock (sync) notice = untold;
        var crash = CrashUnto(transaction);
        notice ??= crash;
        if (notice is null) return null;
        var first = transaction.Prepare(AnnounceSql).Bind(1, notice.Ended).Bind(2, notice.Why).First(row => (long?)row.Int64(0));
        if (first is not null)
        {
            Ledger.Audit(transaction, "tidemark", "went back in time", null, null, notice.Why);
            transaction.Prepare(SkipSql).All(row => row.Int64(0));
        }
        var now = first ?? transaction.Prepare(EpochSql).First(row => row.Int64(0));
        // Before the commit: from then on a connection of this process may see it.
        lock (sync) ours = now;
        return notice;
    }

    /// <summary>The transaction has been committed.</summary>
    public void Told(Notice? notice)
    {
        lock (sync)
        {
            if (ReferenceEquals(untold, notice)) untold = null;
        }
    }

    // Of which nobody may be left who remembers: it is told by the first worker that joins after it.
    static Notice? CrashUnto(WriteTransaction transaction)
    {
        if (transaction.Database.History.MindsCrashes) return transaction.Prepare(JoinUnbrokenSql).First(row => row.Flag(0) ? new Notice(row.Int64(1), ServerMark.Crashed) : null);
        transaction.Prepare(NeedNoUnbrokenSql).Run();
        return null;
    }
}

/// <summary>A store that went back.</summary>
/// <param name="Ended">The epoch that is over.</param>
/// <param name="Why">For people.</param>
internal sealed record Notice(long Ended, string Why);
