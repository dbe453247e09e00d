namespace Tidemark.Running;

/// <summary>Writes a stream's checkpoints, one in flight at a time, and obeys what the store answers.</summary>
internal sealed class StreamSaver(StreamSetup setup, StreamLedger ledger, Lock? guard, long lastNumber)
{
    long number = lastNumber;
    Task? inFlight;
    long started;

    public SaveRhythm Rhythm { get; } = new(setup.Options.ResumeCost.Items);
    public bool IsSaving => inFlight is not null;

    /// <summary>Begins a save; it must be awaited by <see cref="FinishAsync"/> before the next.</summary>
    public void Start(CheckpointRows? rows, IEffects? effects)
    {
        var time = setup.Parts.Time;
        started = time.GetTimestamp();
        Rhythm.SaveStarts(started, ledger.Unsaved);
        inFlight = WriteAsync(new() { Lease = setup.Attempt.Lease, Stream = setup.Name, Number = number + 1, Rows = rows, Effects = effects });
    }

    /// <summary>Waits for the save in flight, if any, and frees the bound.</summary>
    public async ValueTask FinishAsync()
    {
        if (inFlight is not { } saving) return;
        await saving;
        Absorb();
    }

    /// <summary>Frees the bound if the save in flight has ended; throws what it threw.</summary>
    public void FinishIfDone()
    {
        if (inFlight is not { IsCompleted: true } saving) return;
        saving.GetAwaiter().GetResult(); // completed: this only rethrows
        Absorb();
    }

    /// <summary>These rows are durable: what they say of suspects holds for the attempt too.</summary>
    public void Cleared(CheckpointRows rows) => setup.Attempt.Saved(rows.Progress, setup.Name, rows.Acquitted);

    void Absorb()
    {
        inFlight = null;
        number++;
        Rhythm.SaveEnded(started, setup.Parts.Time.GetTimestamp());
        using var _ = new MaybeLock(guard);
        var (items, milliseconds) = ledger.CutIsSaved();
        setup.Attempt.Presence?.Saved(setup.Attempt.Slot, items, milliseconds);
    }

    async Task WriteAsync(Checkpoint checkpoint)
    {
        if (setup.Options.BeforeSave is { } first) await first();
        setup.Attempt.Obey(await StoreCalls.PersistAsync(setup.Attempt, () => setup.Parts.Store.CheckpointAsync(checkpoint)));
        if (checkpoint.Rows is { } rows) Cleared(rows);
        checkpoint.Effects?.Written();
    }
}
