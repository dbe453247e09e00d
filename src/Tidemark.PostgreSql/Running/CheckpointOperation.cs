using System.Text.Json;
using Tidemark.Running;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Running;

/// <summary>One stream's durable record as one write under the fence.</summary>
internal sealed class CheckpointOperation(Checkpoint checkpoint, TimeSpan effectsLimit) : WriteOperation<SaveReply>
{
    static readonly Sql FindSql = Sql.Load("Running/FindStream");
    static readonly Sql AddSql = Sql.Load("Running/AddStream");
    static readonly Sql SaveSql = Sql.Load("Running/SaveStream");

    public override int Rows => 1 + (checkpoint.Rows is { } rows ? rows.Settled.Count + rows.Passed.Count : 0);

    public override bool RunsAlone => checkpoint.Effects is not null;

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
            stream = transaction.Prepare(AddSql).Bind(1, held.Job.Value).Bind(2, checkpoint.Stream).First(row => row.Int64(0));
        }
        var rows = checkpoint.Rows ?? RunEffects(transaction);
        var takenBack = rows.TakenBack.Count > 0 ? QuarantineRows.TakeBack(transaction, held, checkpoint.Stream, rows.TakenBack) : [];
        Save(transaction, stream, rows, takenBack.Count);
        if (rows.Settled.Count + rows.Passed.Count + rows.RetryDone.Count + rows.RetryLater.Count + takenBack.Count + rows.Acquitted.Count > 0) StreamRows.Write(transaction, stream, rows, takenBack);
        if (rows.Quarantined.Count + rows.Replayed.Count > 0) QuarantineRows.Write(transaction, held, checkpoint.Stream, rows);
        held.Saved(transaction, rows.Progress, rows.Acquitted.Count > 0);
    }

    (long Stream, long Last) Find(WriteTransaction transaction) =>
        transaction.Prepare(FindSql).Bind(1, checkpoint.Lease.Job.Value).Bind(2, checkpoint.Stream).First(row => (row.Int64(0), row.Int64(1)));

    CheckpointRows RunEffects(WriteTransaction transaction)
    {
        using var scope = new EffectScope(transaction, effectsLimit);
        return scope.Wait(checkpoint.Effects!.RunAsync(scope));
    }

    void Save(WriteTransaction transaction, long stream, CheckpointRows rows, int takenBack)
    {
        var counters = rows.Counters;
        transaction.Prepare(SaveSql)
            .Bind(1, stream).Bind(2, checkpoint.Number).Bind(3, rows.Cursor).Bind(4, rows.Fingerprint).Bind(5, counters.Done).Bind(6, counters.Quarantined - takenBack)
            .Bind(7, counters.Retried).Bind(8, counters.Shifted).Bind(9, counters.Total).Bind(10, counters.HandlerMs).Bind(11, rows.Ended)
            .Bind(12, rows.Breaker is null ? null : JsonSerializer.Serialize(rows.Breaker))
            .Bind(13, rows.Pace?.Items).Bind(14, rows.Pace?.Ms).Bind(15, rows.Pace?.NewerItems).Bind(16, rows.Pace?.NewerMs)
            .Bind(17, rows.Failure?.Key).Bind(18, rows.Failure?.Error).Bind(19, rows.Failure?.At.Ms()).Run();
    }
}
