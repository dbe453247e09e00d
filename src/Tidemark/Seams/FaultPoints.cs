namespace Tidemark.Seams;

/// <summary>
/// Named places at every commit edge where a test host may kill, stop, throw or sleep. A no-op unless armed:
/// <see cref="Armed"/> is set once, before the engine starts, by a test host only.
/// </summary>
internal static class FaultPoints
{
    /// <summary>Null in production. Called with the name of the point.</summary>
    internal static Action<string>? Armed { get; set; }

    public static void Hit(string point) => Armed?.Invoke(point);

    public const string EnqueueBeforeCommit = "enqueue.before-commit";
    public const string EnqueueAfterCommit = "enqueue.after-commit";
    public const string ScheduleBeforeCommit = "schedule.before-commit";
    public const string ScheduleAfterCommit = "schedule.after-commit";
    public const string ClaimBeforeCommit = "claim.before-commit";
    public const string ClaimAfterCommit = "claim.after-commit";
    public const string ItemBeforeEffect = "item.before-effect";
    public const string ItemAfterEffect = "item.after-effect";
    public const string CheckpointBeforeCommit = "checkpoint.before-commit";
    public const string CheckpointAfterCommit = "checkpoint.after-commit";
    public const string SplitBeforeCommit = "split.before-commit";
    public const string SplitAfterCommit = "split.after-commit";
    public const string RenewInside = "renew.inside";
    public const string ParkBeforeCommit = "park.before-commit";
    public const string SettleBeforeCommit = "settle.before-commit";
    public const string SettleAfterCommit = "settle.after-commit";
    public const string RescueBetweenReadAndWrite = "rescue.between-read-and-write";
    public const string PruneHalfDone = "prune.half-done";
    public const string MigrationBetweenSteps = "migration.between-steps";
    public const string CommitInside = "commit.inside";   // any store write: all is written, nothing committed
    public const string CommitDone = "commit.done";       // committed, nobody told
    public const string DrainInside = "drain.inside";
}
