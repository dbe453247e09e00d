namespace Tidemark.Storage;

/// <summary>
/// A worker's own account of what it is doing at this instant. Where the store has it, it lives in memory mapped from a file that
/// survives SIGKILL: a rescue on the same host reads from it what the death cost, exactly. Calls allocate nothing and never block.
/// </summary>
internal interface IPresence
{
    /// <summary>Takes a slot for an attempt that is about to run user code. Never fails: −1 when all are taken (that attempt is then audited as "at most").</summary>
    int Enter(JobId job, long fence);

    /// <summary>
    /// The attempt's handler has returned; the slot is free for the next. That it ran, and what it left unsaved, is remembered until many
    /// more have left (<see cref="StoreLimits.ReturnedRemembered"/>): a rescue gives the start back only to a claimed job that was never
    /// entered here.
    /// </summary>
    void Leave(int slot);

    /// <summary>The attempt is in this stream now; counters start at zero. A slot shows one stream at a time.</summary>
    void OpenStream(int slot, string stream);

    /// <summary>Recorded before the item's handler starts. Answers the place to give to <see cref="ItemEnded"/>, or −1 if all places are taken.</summary>
    /// <param name="slot">The attempt's.</param>
    /// <param name="key">The item's.</param>
    /// <param name="timed">Its time in flight counts. False for all but the first item of a batch. Without a place no time is told.</param>
    int ItemStarted(int slot, string key, bool timed = true);

    /// <summary>The item is settled, or its try has failed and it is no longer in flight. The handler time is added to the unsaved either way.</summary>
    void ItemEnded(int slot, int place, bool settled, long handlerMs);

    /// <summary>A checkpoint has covered so many settled items: they no longer cost anything.</summary>
    void Saved(int slot, long items, long handlerMs);
}

/// <summary>What an interruption makes us do again.</summary>
/// <param name="Items">Items settled and not saved, or in flight.</param>
/// <param name="Ms">Handler milliseconds in them.</param>
internal readonly record struct Cost(long Items, long Ms);
