namespace Tidemark.Running;

/// <summary>An item's handler time: of the try that is under way, and of those that have failed.</summary>
internal struct TryClock
{
    /// <summary>The timestamp at which this try began.</summary>
    public long Started;

    /// <summary>The items that share this try, so that a batch's time is counted once; 0 as 1.</summary>
    public int Share;

    /// <summary>While the try is under way, its time is told of the first item of its batch, and not of this one.</summary>
    public bool IsAnothers;

    /// <summary>Ticks of its failed tries: an interruption would make us do them again until it is settled and saved.</summary>
    public long Spent;

    /// <summary>This item's part of the try's ticks so far.</summary>
    public readonly long Ticks(long now) => (now - Started) / Math.Max(1, Share);
}
