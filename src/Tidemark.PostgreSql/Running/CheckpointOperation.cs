using System.Text.Json;
using Npgsql;
using Tidemark.Running;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Running;

/// <summary>
/// One stream's durable record as one write under the fence. One that says nothing but how far the stream has come goes by sets, with those of
/// others; the first of a stream, and one that has turned out not to be so plain, goes alone after them. Effects are made first, and what is saved
/// travels with the commit: to look at the lease before would be a round trip for each list of effects, and only the commit counts.
/// </summary>
internal sealed class CheckpointOperation(Checkpoint checkpoint, TimeSpan effectsLimit) : WriteOperation<SaveReply>
{
    static readonly Sql FindSql = Sql.Load("Running/FindStream");
    static readonly Sql AddSql = Sql.Load("Running/AddStream");
    static readonly Sql SaveSql = Sql.Load("Running/SaveStream");
    static readonly Sql SaveOneSql = Sql.Load("Running/SaveOneStream");

    static readonly CheckpointSet Plain = new();

    // Effects that may be there already are not made before it is known: a unique key would refuse them a second time, and they would pass for bad.
    bool looksFirst = checkpoint is not { Number: > 1, Effects.MayBeMade: false };
    bool isComposed = checkpoint is { Number: > 1, Effects.CanCompose: true };
    bool commitWasRefused;
    Exception? spoiled; // what the effects came to when they took the connection with them: they are not run again

    public override WriteSet? Set { get; } = checkpoint is { Number: > 1, Rows: { } rows } && IsPlain(rows) ? Plain : null;

    public override bool HasRest => !Saved;

    /// <summary>For its set.</summary>
    public Checkpoint Checkpoint => checkpoint;

    /// <summary>By its set.</summary>
    public bool Saved { get; set; }

    public override int Rows => 1 + (checkpoint.Rows is { } rows ? rows.Settled.Count + rows.Passed.Count : 0);

    public override bool Lends => checkpoint.Effects is not null;

    public override bool TravelsWhole => isComposed;

    /// <summary>By its set: it is written; from the given column on, what is asked of the attempt.</summary>
    public void Conclude(Row row, int ask)
    {
        Saved = true;
        Answer = new(SaveVerdict.Saved, row.IsNull(ask) ? null : Mover.ReadAsk(checkpoint.Lease.Job, row, ask));
    }

    /// <summary>By its set, where it is the only one.</summary>
    public void SaveAlone(RoundTrip trip)
    {
        Saved = false;
        SaveOne(trip, checkpoint.Rows!, mustSave: false);
    }

    public override bool GoesAboutItOtherwise(Exception refusal)
    {
        // Whatever it was, an item's fault or a guess that was wrong: in a transaction that is looked into it shows.
        if (isComposed)
        {
            isComposed = false;
            if (Saved) CommitRefused(); // it had answered: it was the commit
            return true;
        }
        if (!looksFirst && refusal is NotAsGuessed or PostgresException { SqlState: PostgresErrorCodes.DivisionByZero }) return looksFirst = true;
        return !commitWasRefused && (refusal is CommitRefusal || (refusal is PostgresException said && !Faults.IsTheServers(said))) && CommitRefused();
    }

    public override void Fail(Exception error) => base.Fail(commitWasRefused ? Faults.OfTheEffects(error) : error);

    public override void Execute(WriteTransaction transaction)
    {
        if (Lends) Saved = false; // of an earlier try, which was undone
        if (isComposed) ComposeAndSave(transaction);
        else if (looksFirst) LookAndSave(transaction);
        else MakeEffectsAndSave(transaction);
    }

    bool CommitRefused()
    {
        checkpoint.Effects?.CommitRefused();
        return commitWasRefused = checkpoint.Effects is not null;
    }

    // Effects, rows and commit as one message: the one round trip that a loop written by hand would need.
    void ComposeAndSave(WriteTransaction transaction)
    {
        var trip = transaction.Closing = new(transaction.Statements) { TimeLimit = effectsLimit };
        using var batch = new NpgsqlBatch(); // of no connection: who would execute it is told so
        if (checkpoint.Effects!.Compose(batch) is not { } rows || !IsPlain(rows)) throw new NotAsGuessed();
        trip.Add(batch.BatchCommands);
        SaveOne(trip, rows, mustSave: true);
    }

    // The effects of a checkpoint that is plain but for them, which is to say of nearly every one.
    void MakeEffectsAndSave(WriteTransaction transaction)
    {
        var rows = RunEffects(transaction);
        if (IsPlain(rows))
        {
            SaveOne(transaction.Closing = new(transaction.Statements), rows, mustSave: true);
            return;
        }
        var (found, stream, last) = Find(transaction);
        if (found is not { } held || stream == 0 || last != checkpoint.Number - 1) throw new NotAsGuessed();
        Answer = new(SaveVerdict.Saved, held.Ask);
        Write(transaction, held, stream, rows);
    }

    void LookAndSave(WriteTransaction transaction)
    {
        var (found, stream, last) = Find(transaction);
        if (found is not { } held)
        {
            Answer = new(SaveVerdict.LeaseLost, null);
            return;
        }
        Answer = new(SaveVerdict.Saved, held.Ask);
        if (checkpoint.Number == last && last > 0) return; // a repeat after an unknown outcome
        if (checkpoint.Number != last + 1)
            throw new InvalidOperationException($"Checkpoint {checkpoint.Number} of stream '{checkpoint.Stream}' of job {held.Job} does not follow the last one, {last}. Recall the stream and go on from there.");
        if (stream == 0)
        {
            stream = transaction.Prepare(AddSql).Bind(1, held.Job.Value).Bind(2, checkpoint.Stream).First(row => row.Int64(0));
        }
        Write(transaction, held, stream, checkpoint.Rows ?? RunEffects(transaction));
    }

    void Write(WriteTransaction transaction, HeldRow held, long stream, CheckpointRows rows)
    {
        var takenBack = rows.TakenBack.Count > 0 ? QuarantineRows.TakeBack(transaction, held, checkpoint.Stream, rows.TakenBack) : [];
        Save(transaction, stream, rows, takenBack.Count);
        if (rows.Settled.Count + rows.Passed.Count + rows.RetryDone.Count + rows.RetryLater.Count + takenBack.Count + rows.Acquitted.Count > 0) StreamRows.Write(transaction, stream, rows, takenBack);
        if (rows.Quarantined.Count + rows.Replayed.Count > 0) QuarantineRows.Write(transaction, held, checkpoint.Stream, rows);
        held.Saved(transaction, rows.Progress, rows.Acquitted.Count > 0);
    }

    static bool IsPlain(CheckpointRows rows) => rows is
        { Settled.Count: 0, Passed.Count: 0, Quarantined.Count: 0, RetryLater.Count: 0, RetryDone.Count: 0, Replayed.Count: 0, TakenBack.Count: 0, Acquitted.Count: 0 };

    // In one round trip, and in this order: the job is locked before its stream is looked at.
    (HeldRow? Held, long Stream, long Last) Find(WriteTransaction transaction)
    {
        HeldRow? held = null;
        var (stream, last) = (0L, 0L);
        using var trip = transaction.TripByKey();
        HeldRow.Find(trip, checkpoint.Lease, row => held = row);
        trip.Add(FindSql, rows =>
        {
            if (rows.Step()) (stream, last) = (rows.Int64(0), rows.Int64(1));
        }).Bind(1, checkpoint.Lease.Job.Value).Bind(2, checkpoint.Stream);
        trip.Run();
        return (held, stream, last);
    }

    CheckpointRows RunEffects(WriteTransaction transaction)
    {
        if (spoiled is not null) throw spoiled is NpgsqlException ? new TidemarkException(spoiled.Message, spoiled) : spoiled; // not as one that this connection has met
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

    void SaveOne(RoundTrip trip, CheckpointRows rows, bool mustSave) => Bind(trip.ByIndex().Add(SaveOneSql, answer =>
    {
        answer.Step();
        if (answer.Int64(0) > 0) Conclude(answer, ask: 1);
    }), rows).Bind(23, mustSave ? 1 : 0);

    RoundTrip.Sent Bind(RoundTrip.Sent save, CheckpointRows rows)
    {
        var counters = rows.Counters;
        return save.Bind(1, checkpoint.Lease.Job.Value).Bind(2, checkpoint.Lease.Fence).Bind(3, checkpoint.Stream).Bind(4, checkpoint.Number).Bind(5, rows.Cursor)
            .Bind(6, rows.Fingerprint).Bind(7, counters.Done).Bind(8, counters.Quarantined).Bind(9, counters.Retried).Bind(10, counters.Shifted)
            .Bind(11, counters.Total).Bind(12, counters.HandlerMs).Bind(13, rows.Ended).Bind(14, rows.Breaker is null ? null : JsonSerializer.Serialize(rows.Breaker))
            .Bind(15, rows.Pace?.Items).Bind(16, rows.Pace?.Ms).Bind(17, rows.Pace?.NewerItems).Bind(18, rows.Pace?.NewerMs)
            .Bind(19, rows.Failure?.Key).Bind(20, rows.Progress).Bind(21, rows.Failure?.Error).Bind(22, rows.Failure?.At.Ms());
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

/// <summary>The effects were made for a checkpoint that is not what it seemed: all is undone.</summary>
internal sealed class NotAsGuessed() : Exception("The lease or the number of the checkpoint is not what it was taken for.");
