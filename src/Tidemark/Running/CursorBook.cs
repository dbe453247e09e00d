using System.Text;

namespace Tidemark.Running;

/// <summary>
/// The saved position of a job that owns its loop: a stream row whose cursor the job moves itself. One book a name and attempt: the number of a
/// save is its token in the store, and two books would give one number to two positions.
/// </summary>
internal sealed class CursorBook(Attempt attempt, string name)
{
    readonly Lock gate = new();
    readonly CursorMemory positions = new();
    readonly PaceWindow pace = new(attempt.Parts.Time);
    bool recalled;
    byte[]? saved; // the position saved last
    long number;
    StreamCounters counters;
    int saving;    // 1 while a save is under way

    string What => $"The cursor '{name}' of job {attempt.Job.Id}";

    public async Task<T> LoadAsync<T>(T initial)
    {
        await RecallAsync();
        return saved is { } position ? attempt.Parts.FromJson<T>(position, What) : initial;
    }

    public async Task SaveAsync<T>(T position, int itemsDone)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(itemsDone);
        if (Interlocked.Exchange(ref saving, 1) == 1) throw new JobFaultException($"{What} is saved while another save of it is under way: which of the two positions is the later? Await each SaveAsync.");
        try
        {
            await RecallAsync();
            await WriteAsync(attempt.Parts.ToJson(position, attempt.Parts.Options.MaxCursorBytes, What), itemsDone);
        }
        finally
        {
            Volatile.Write(ref saving, 0);
        }
        attempt.Saved(progress: true);
        attempt.NoteProgress();
        attempt.ThrowIfStopped();
    }

    async Task WriteAsync(byte[] position, int itemsDone)
    {
        Follow(position, itemsDone);
        counters = counters with { Done = counters.Done + itemsDone };
        var checkpoint = new Checkpoint
        {
            Lease = attempt.Lease,
            Stream = name,
            // Spent even if the write throws: it may have been made, and its number must not pass for that of another position.
            Number = ++number,
            Effects = null,
            Rows = CheckpointRows.CursorOnly(position, counters, pace.Note(counters.Done)),
        };
        attempt.Obey(await StoreCalls.PersistAsync(attempt, () => attempt.Parts.Store.CheckpointAsync(checkpoint)));
        saved = position;
    }

    // A loop that goes round in circles looks busy for ever and never ends.
    void Follow(byte[] position, int itemsDone)
    {
        if (positions.TryAdd(position)) return;
        if (itemsDone == 0 && saved.AsSpan().SequenceEqual(position)) return;
        throw new JobFaultException($"{What} is saved at {Excerpt.Of(Encoding.UTF8.GetString(position))}, one of its last {CursorMemory.Kept:N0} positions: the loop goes backwards or in circles. Move the position forward with each save, or give itemsDone: 0 where nothing was done.");
    }

    async Task RecallAsync()
    {
        if (recalled) return;
        var memory = await attempt.RecallAsync();
        lock (gate)
        {
            if (recalled) return;
            if (Array.Find(memory.Streams, stream => stream.Name == name) is { } stream)
            {
                (number, counters, saved) = (stream.Number, stream.Counters, stream.Cursor);
                if (saved is not null) positions.TryAdd(saved);
            }
            recalled = true;
        }
    }
}
