namespace Tidemark.IntegrationTests.Crash.Checks;

/// <summary>Items that were executed again, against the bound: so many for each attempt that was cut off, and none for one that left in good order.</summary>
internal static class PaidAgain
{
    // Memory that has run out may hit anybody, and whatever he still wants to save; and a lease that is lost, because the store was gone or the machine too busy to beat, cuts an attempt off too,
    // however orderly its handler then leaves.
    static readonly string[] Cut = [nameof(OutOfMemoryException), nameof(LeaseLostException)];

    /// <param name="history">What has happened.</param>
    /// <param name="bound">The stream's resume cost.</param>
    /// <param name="isPaused">Processes were also stopped past their leases: each attempt but the last may then have been cut off, although it came to an end.</param>
    public static IEnumerable<string> Faults(History history, int bound, bool isPaused = false)
    {
        var ended = history.Of("ended").Where(entry => !Cut.Contains(entry.More)).Select(entry => entry.Run).ToHashSet();
        var runs = history.Of("began").ToLookup(entry => entry.Token);
        foreach (var job in history.Of("item").GroupBy(entry => entry.Token))
        {
            var again = job.Count() - job.Select(entry => entry.More).Distinct().Count();
            var cut = isPaused ? runs[job.Key].Count() - 1 : runs[job.Key].Count(entry => !ended.Contains(entry.Run));
            if (again > cut * bound) yield return $"paid again: {job.Key} executed {again} items again; {cut} attempts were cut off at a bound of {bound}; they left with {string.Join(", ", history.Of("ended").Where(entry => entry.Token == job.Key).Select(entry => entry.More))}";
        }
    }

    public static int Count(History history) => history.Of("item").GroupBy(entry => (entry.Token, entry.More)).Sum(item => item.Count() - 1);
}
