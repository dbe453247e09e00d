namespace Tidemark.Running;

/// <summary>The saved position of a job that owns its loop: a stream row whose cursor the job moves itself.</summary>
internal sealed class CursorBook<T>(Attempt attempt, string name)
{
    long number;
    bool loaded;
    StreamCounters counters;
    readonly PaceWindow pace = new(attempt.Parts.Time);

    public async Task<T> LoadAsync(T initial)
    {
        var saved = await FindAsync();
        return saved?.Cursor is { } cursor ? attempt.Parts.FromJson<T>(cursor, $"The cursor '{name}' of job {attempt.Job.Id}") : initial;
    }

    public async Task SaveAsync(T position, int itemsDone)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(itemsDone);
        if (!loaded) await FindAsync();
        counters = counters with { Done = counters.Done + itemsDone };
        var checkpoint = new Checkpoint
        {
            Lease = attempt.Lease,
            Stream = name,
            Number = number + 1,
            Effects = null,
            Rows = CheckpointRows.CursorOnly(attempt.Parts.ToJson(position, attempt.Parts.Options.MaxCursorBytes, $"The cursor '{name}' of job {attempt.Job.Id}"), counters, pace.Note(counters.Done)),
        };
        attempt.Obey(await StoreCalls.PersistAsync(attempt, () => attempt.Parts.Store.CheckpointAsync(checkpoint)));
        number++;
        attempt.Saved(progress: true);
        attempt.NoteProgress();
        attempt.ThrowIfStopped();
    }

    async Task<StreamMemory?> FindAsync()
    {
        var memory = await attempt.RecallAsync();
        var saved = Array.Find(memory.Streams, stream => stream.Name == name);
        if (!loaded && saved is not null) (number, counters) = (saved.Number, saved.Counters);
        loaded = true;
        return saved;
    }
}
