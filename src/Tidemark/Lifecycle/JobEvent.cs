namespace Tidemark.Lifecycle;

/// <summary>What may happen to a job. With <see cref="JobState"/> it spans the whole table of <see cref="Transitions"/>.</summary>
internal enum JobEvent
{
    /// <summary>A worker takes it: an attempt opens.</summary>
    Claim,

    /// <summary>The handler returned.</summary>
    Succeed,

    /// <summary>The attempt failed and will be tried again.</summary>
    Retry,

    /// <summary>The attempt failed for good: a person is needed.</summary>
    Fail,

    /// <summary>The attempt gives the job back unharmed: drained, or claimed but never started.</summary>
    Release,

    /// <summary>Put aside, by its handler, a policy, the breaker or an operator.</summary>
    Park,

    /// <summary>The holder is dead or silent: the lease is taken from it.</summary>
    Rescue,

    /// <summary>A running attempt obeyed a cancel request, or a job that is not running was cancelled.</summary>
    Cancel,

    /// <summary>The parking time has come, or somebody woke it.</summary>
    Wake,

    /// <summary>A person retries a failed job: it resumes from its checkpoints.</summary>
    Resume,

    /// <summary>A person gives a failed job up.</summary>
    Discard,
}
