using Tidemark.Running;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Running;

/// <summary>Open quarantine: set aside, taken back, replayed.</summary>
internal static class QuarantineRows
{
    static readonly string PutSql = Sql.Load("Running/PutQuarantine");
    static readonly string TakeBackSql = Sql.Load("Running/TakeBackQuarantine");
    static readonly string FindReplayedSql = Sql.Load("Running/FindReplayed");
    static readonly string DropSql = Sql.Load("Running/DropQuarantine");
    static readonly string CountMovedSql = Sql.Load("Running/CountMoved");

    public static void Write(WriteTransaction transaction, HeldRow held, string stream, CheckpointRows rows)
    {
        // Deletions before upserts: a key taken back and set aside again by the same checkpoint stays set aside.
        foreach (var key in rows.TakenBack) transaction.Prepare(TakeBackSql).Bind(1, held.QuarantineOwner.Value).Bind(2, stream).Bind(3, key).Run();
        foreach (var id in rows.Replayed) Replayed(transaction, held, id);
        foreach (var entry in rows.Quarantined)
        {
            transaction.Prepare(PutSql).Bind(1, held.QuarantineOwner.Value).Bind(2, stream).Bind(3, entry.Key).Bind(4, entry.Payload).Bind(5, entry.Failures)
                .Bind(6, entry.Error).Bind(7, transaction.Now.Ms()).Run();
        }
    }

    static void Replayed(WriteTransaction transaction, HeldRow held, long id)
    {
        var isVisit = held.QuarantineOwner != held.Job;
        var row = transaction.Prepare(FindReplayedSql).Bind(1, id).Bind(2, held.QuarantineOwner.Value).Bind(3, isVisit ? held.Job.Value : null);
        var stream = row.Step() ? row.Text(0) : null;
        row.Reset();
        if (stream is null) return;
        if (isVisit) transaction.Prepare(CountMovedSql).Bind(1, held.QuarantineOwner.Value).Bind(2, stream).Run();
        transaction.Prepare(DropSql).Bind(1, id).Run();
    }
}
