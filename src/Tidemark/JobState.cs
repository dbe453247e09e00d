namespace Tidemark;

/// <summary>Where a job stands. The legal moves between the states are the table in <c>docs/lifecycle.md</c>.</summary>
/// <remarks>The numbers are stored: never change one, only add.</remarks>
public enum JobState
{
    /// <summary>Due now or later; waits for a claim.</summary>
    Pending = 0,

    /// <summary>Claimed: an attempt holds the lease.</summary>
    Running = 1,

    /// <summary>Put aside until a time or an event; holds no slot and burns no attempt.</summary>
    Parked = 2,

    /// <summary>Needs a person: rests with its checkpoints until it is retried (resumed) or discarded.</summary>
    Failed = 3,

    /// <summary>Ended well. Terminal.</summary>
    Succeeded = 4,

    /// <summary>Ended on request. Terminal.</summary>
    Cancelled = 5,
}
