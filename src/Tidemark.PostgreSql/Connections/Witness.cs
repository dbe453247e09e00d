namespace Tidemark.PostgreSql.Connections;

/// <summary>
/// What a worker knows of its own row: nobody else counts its beats there, so that a row which shows fewer than are known to be on the disk is a copy's. A beat does not wait
/// for the disk: it is known to be there once a later one finds the log flushed beyond it. Counted, not timed: a server's clock may be set back.
/// </summary>
internal sealed class Witness(long startedAt)
{
    readonly Lock sync = new();
    (long Beats, long Written)? waiting;
    long last;
    long durable;

    /// <summary>So many of its beats are on the disk.</summary>
    public long Durable
    {
        get
        {
            lock (sync) return durable;
        }
    }

    /// <summary>Of the row: with its number it is this worker and no other.</summary>
    public long StartedAt => startedAt;

    /// <summary>One more was written, when the log was written and flushed so far. An answer that comes after a later beat's says nothing new, and its place in the log would be too early for that one.</summary>
    public void Beaten(long beats, long written, long flushed)
    {
        lock (sync)
        {
            if (beats <= last) return;
            if (waiting is { } earlier && flushed >= earlier.Written) (durable, waiting) = (earlier.Beats, null);
            // The one before has committed by now: its end lies before what is written.
            if (waiting is null && last > 0) waiting = (last, written);
            last = beats;
        }
    }

    /// <summary>Why this is not the row which this worker wrote; null: it may be.</summary>
    /// <param name="row">As it was read.</param>
    /// <param name="known">What <see cref="Durable"/> was before it was read.</param>
    public string? Contradicts(Witnessed row, long known) => row switch
    {
        { StartedAt: null, IsGivenOut: false } => $"worker {row.Worker} is at work, and its number was not given out yet",
        { StartedAt: { } other } when other != startedAt => $"worker {row.Worker} joined at {Instant(startedAt)}, and its row is of one that joined at {Instant(other)}",
        { Beats: { } beats } => Contradicts(beats, known),
        _ => null,
    };

    /// <inheritdoc cref="Contradicts(Witnessed, long)"/>
    public string? Contradicts(long beats, long known) => beats < known ? $"a worker's row shows {beats} beats, and {known} were on the disk" : null;

    static string Instant(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime.ToString("HH:mm:ss.fff'Z'");
}

/// <summary>What a store says of a worker's row.</summary>
/// <param name="Worker">Its number.</param>
/// <param name="StartedAt">Null: there is no such row.</param>
/// <param name="Beats">Likewise.</param>
/// <param name="IsGivenOut">The number is somebody's, or was.</param>
internal readonly record struct Witnessed(long Worker, long? StartedAt, long? Beats, bool IsGivenOut);
