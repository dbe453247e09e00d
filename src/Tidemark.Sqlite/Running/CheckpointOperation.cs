using System.Text.Json;
using Tidemark.Running;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Running;

/// <summary>One stream's durable record as one write under the fence.</summary>
internal sealed class CheckpointOperation(Checkpoint checkpoint, TimeSpan effectsLimit) : WriteOperation<SaveReply>
{
    static readonly string FindSql = Sql.Load("Running/FindStream");
    static readonly string AddSql = Sql.Load("Running/AddStream");
    static readonly string SaveSql = Sql.Load("Running/SaveStream");

    Exception? spoiled; // what the effects came to when they took the connection with them: they are not run again

    public override int Rows => 1 + (checkpoint.Rows is { } rows ? rows.Settled.Count + rows.Passed.Count : 0);

    public override bool CanFailHalfWay => true;

    public override bool NeedsDbTransaction => checkpoint.Effects is not null;

    public override void Execute(WriteTransaction transaction)
    {
        if (HeldRow.Find(transaction, checkpoint.Lease) is not { } held)
        {
            Answer = new(SaveVerdict.LeaseLost, null);
            return;
        }
        Answer = new(SaveVerdict.Saved, held.Ask);
        var (stream, last) = Find(transaction);
        if (checkpoint.Number == last && last > 0) return; // a repeat after an unknown outcome
        if (checkpoint.Number != last + 1)
            throw new InvalidOperationException($"Checkpoint {checkpoint.Number} of stream '{checkpoint.Stream}' of job {held.Job} does not follow the last one, {last}. Recall the stream and go on from there.");
        if (stream == 0)
        {
            transaction.Prepare(AddSql).Bind(1, held.Job.Value).Bind(2, checkpoint.Stream).Bind(3, transaction.Now.Ms()).Run();
            stream = transaction.LastRowId;
        }
        var rows = checkpoint.Rows ?? RunEffects(transaction);
        var takenBack = rows.TakenBack.Count > 0 ? QuarantineRows.TakeBack(transaction, held, checkpoint.Stream, rows.TakenBack) : [];
        Save(transaction, stream, rows, takenBack.Count);
        if (rows.Settled.Count + rows.Passed.Count + rows.RetryDone.Count + rows.RetryLater.Count + takenBack.Count + rows.Acquitted.Count > 0) StreamRows.Write(transaction, stream, rows, takenBack);
        if (rows.Quarantined.Count + rows.Replayed.Count > 0) QuarantineRows.Write(transaction, held, checkpoint.Stream, rows);
        held.Saved(transaction, rows.Progress, rows.Acquitted.Count > 0);
    }

    (long Stream, long Last) Find(WriteTransaction transaction)
    {
        var row = transaction.Prepare(FindSql).Bind(1, checkpoint.Lease.Job.Value).Bind(2, checkpoint.Stream);
        var found = row.Step() ? (row.Int64(0), row.Int64(1)) : (0, 0);
        row.Reset();
        return found;
    }

    CheckpointRows RunEffects(WriteTransaction transaction)
    {
        if (spoiled is not null) throw spoiled;
        using var scope = new EffectScope(transaction, effectsLimit);
        try
        {
            return scope.Run(() => checkpoint.Effects!.RunAsync(scope));
        }
        catch (SpoiledConnection end)
        {
            spoiled = end.Reason;
            throw;
        }
    }

    void Save(WriteTransaction transaction, long stream, CheckpointRows rows, int takenBack)
    {
        var counters = rows.Counters;
        transaction.Prepare(SaveSql)
            .Bind(1, stream).Bind(2, checkpoint.Number).Bind(3, rows.Cursor).Bind(4, rows.Fingerprint).Bind(5, counters.Done).Bind(6, counters.Quarantined - takenBack)
            .Bind(7, counters.Retried).Bind(8, counters.Shifted).Bind(9, counters.Total).Bind(10, counters.HandlerMs).Bind(11, rows.Ended)
            .Bind(12, transaction.Now.Ms()).Bind(13, rows.Breaker is null ? null : JsonSerializer.Serialize(rows.Breaker))
            .Bind(14, rows.Pace?.Items).Bind(15, rows.Pace?.Ms).Bind(16, rows.Pace?.NewerItems).Bind(17, rows.Pace?.NewerMs)
            .Bind(18, rows.Failure?.Key).Bind(19, rows.Failure?.Error).Bind(20, rows.Failure?.At.Ms()).Run();
    }
}
