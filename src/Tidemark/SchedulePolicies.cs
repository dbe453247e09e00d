namespace Tidemark;

/// <summary>What becomes of occurrences that were not started in time, because nobody ran.</summary>
public enum Misfire
{
    /// <summary>The newest of them is run once, the others are counted as missed. The default.</summary>
    RunOnce = 0,

    /// <summary>They are counted as missed.</summary>
    Skip = 1,

    /// <summary>The newest are run, oldest first, up to a limit; the others are counted as missed.</summary>
    RunAll = 2,
}

/// <summary>What becomes of an occurrence whose predecessor's job has not ended.</summary>
public enum Overlap
{
    /// <summary>One waits, until it has; further ones are counted as skipped. The default.</summary>
    QueueOne = 0,

    /// <summary>It is counted as skipped.</summary>
    Skip = 1,

    /// <summary>It is run beside it.</summary>
    Allow = 2,

    /// <summary>The older job is cancelled, and the newest occurrence is run once that has ended.</summary>
    CancelOlder = 3,
}

/// <summary>What a changed rule does to the anchor that an interval counts from.</summary>
public enum RuleChange
{
    /// <summary>It stays. The default.</summary>
    KeepAnchor = 0,

    /// <summary>It moves to the instant at which the change is declared.</summary>
    MoveAnchor = 1,
}

/// <summary>Why a job of a schedule was enqueued.</summary>
public enum OccurrenceKind
{
    /// <summary>Its instant had come.</summary>
    Regular = 0,

    /// <summary>It was late: nobody ran when its instant came, or somebody asked for it afterwards.</summary>
    CatchUp = 1,

    /// <summary>Somebody asked for it now.</summary>
    Trigger = 2,
}
