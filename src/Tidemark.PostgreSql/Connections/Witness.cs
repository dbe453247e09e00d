namespace Tidemark.PostgreSql.Connections;

/// <summary>
/// What a worker knows of its own row: nobody else writes its beats there, so that a row which shows an older one than is known to be on the disk is a copy's. A beat does not wait
/// for the disk: it is known to be there once a later one finds the log flushed beyond it.
/// </summary>
internal sealed class Witness(long startedAt)
{
    readonly Lock sync = new();
    (long Beat, long Written)? waiting;
    long last;
    long durable;

    /// <summary>Of the row: with its number it is this worker and no other.</summary>
    public long StartedAt => startedAt;

    /// <summary>A beat was written, when the log was written and flushed so far.</summary>
    public void Beaten(long beat, long written, long flushed)
    {
        lock (sync)
        {
            if (waiting is { } earlier && flushed >= earlier.Written) (durable, waiting) = (earlier.Beat, null);
            // The one before has committed by now: its end lies before what is written.
            if (waiting is null && last > 0) waiting = (last, written);
            last = beat;
        }
    }

    /// <summary>Why this is not the row which this worker wrote; null: it may be.</summary>
    public string? Contradicts(Witnessed row) => row switch
    {
        { StartedAt: null, IsGivenOut: false } => $"worker {row.Worker} is at work, and its number was not given out yet",
        { StartedAt: { } other } when other != startedAt => $"worker {row.Worker} joined at {Instant(startedAt)}, and its row is of one that joined at {Instant(other)}",
        { BeatAt: { } beat } => Contradicts(beat),
        _ => null,
    };

    /// <summary>Why a row with this beat is not that which this worker wrote; null: it may be.</summary>
    public string? Contradicts(long beat)
    {
        lock (sync) return beat < durable ? $"a worker's row shows a beat of {Instant(beat)}, and one of {Instant(durable)} was on the disk" : null;
    }

    static string Instant(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime.ToString("HH:mm:ss.fff'Z'");
}

/// <summary>What a store says of a worker's row.</summary>
/// <param name="Worker">Its number.</param>
/// <param name="StartedAt">Null: there is no such row.</param>
/// <param name="BeatAt">Likewise.</param>
/// <param name="IsGivenOut">The number is somebody's, or was.</param>
internal readonly record struct Witnessed(long Worker, long? StartedAt, long? BeatAt, bool IsGivenOut);
