namespace Tidemark.PostgreSql.Connections;

/// <summary>Where in its history a server stands, by what tells one that went on from one that went back.</summary>
/// <param name="System">Given when its data was first made; copies have the same.</param>
/// <param name="Timeline">Grows with each promotion of a standby and each recovery to a point in time.</param>
/// <param name="StartedAt">Of this run of the server.</param>
/// <param name="Tables">Of the workers' table: another one after a dump was read back.</param>
/// <param name="Flushed">Bytes of its log that are on the disk.</param>
/// <param name="IsSynchronous">A commit that it answers is on a standby too.</param>
/// <param name="Epoch">Of the store.</param>
/// <param name="IsCurrent">Rows were read as they are now: the epoch, and what is read beside it, is not that of a snapshot.</param>
/// <param name="Unbroken">The time since it last crashed; null: that is of no matter, for each commit waits for the disk.</param>
internal readonly record struct ServerMark(
    string System, long Timeline, DateTime StartedAt, long Tables, long Flushed, bool IsSynchronous, long Epoch, bool IsCurrent = true, string? Unbroken = null)
{
    public const string Crashed = "the server has crashed, and what was committed last had not been waited for on its disk";

    /// <summary>Why what was accepted before can no longer be relied on; null: it is all there.</summary>
    public string? WentBackSince(ServerMark before) =>
        Epoch > before.Epoch ? $"another process has noticed it (epoch {before.Epoch}, now {Epoch})"
        : Epoch < before.Epoch ? $"its epoch was {before.Epoch} and is {Epoch}"
        : System != before.System ? "it is another server's data"
        : Tables != before.Tables ? "its tables were made anew"
        : Timeline < before.Timeline ? $"it was on timeline {before.Timeline} and is on {Timeline}"
        : Flushed < before.Flushed ? $"its log was written up to {Place(before.Flushed)} and ends at {Place(Flushed)}"
        : Timeline > before.Timeline && !before.IsSynchronous ? $"a standby took over (timeline {before.Timeline}, now {Timeline}), and nothing shows that it had all that was accepted"
        : before.Unbroken is { } run && Unbroken != run ? Crashed
        : null;

    // As PostgreSQL writes it.
    static string Place(long bytes) => $"{bytes >> 32:X}/{bytes & uint.MaxValue:X}";
}
