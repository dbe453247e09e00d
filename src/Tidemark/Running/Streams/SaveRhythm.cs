namespace Tidemark.Running;

/// <summary>
/// When to save. With w the time of an item, N the bound and S the time of a save, saving inline at the full bound costs N·w + S for N items
/// and saving at half the bound beside the work costs max(2·S, N·w): the optimum is always one of these two ends. Half wins when N·w &gt; S.
/// </summary>
internal sealed class SaveRhythm(int bound)
{
    const double Weight = 0.2;      // of the newest measurement in the moving averages
    const double EnterHalf = 1.25;  // hysteresis: N·w / S to switch to half …
    const double LeaveHalf = 0.8;   // … and back to inline

    double itemTicks, saveTicks;
    long lastSaveEnded;

    /// <summary>True: save at half the bound while working on. False: inline at the full bound.</summary>
    public bool AtHalf { get; private set; }

    public void SaveStarts(long now, int items)
    {
        if (lastSaveEnded != 0 && items > 0) Average(ref itemTicks, (double)(now - lastSaveEnded) / items);
    }

    public void SaveEnded(long started, long now)
    {
        lastSaveEnded = now;
        Average(ref saveTicks, now - started);
        if (bound < 2 || itemTicks == 0) return;
        var ratio = bound * itemTicks / Math.Max(saveTicks, 1);
        AtHalf = AtHalf ? ratio > LeaveHalf : ratio > EnterHalf;
    }

    static void Average(ref double average, double value) => average = average == 0 ? value : average + Weight * (value - average);
}
