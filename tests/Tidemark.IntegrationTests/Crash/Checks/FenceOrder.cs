namespace Tidemark.IntegrationTests.Crash.Checks;

/// <summary>The writes that a job's attempts got accepted are in the order in which the attempts began: no older one after a newer one.</summary>
internal static class FenceOrder
{
    public static IEnumerable<string> Faults(History history)
    {
        var order = history.Of("began").Select((entry, at) => (entry.Run, at)).ToDictionary(pair => pair.Run, pair => pair.at);
        foreach (var job in history.Effects.Concat(history.Done).GroupBy(row => row.Token))
        {
            var newest = job.First();
            foreach (var row in job)
            {
                if (!order.TryGetValue(row.Run, out var at)) yield return $"unexplained: a write of {row.Token} by {row.Run}, which never began";
                else if (at < order[newest.Run]) yield return $"stale: {row.Token} took a write of {row.Run} after one of {newest.Run}";
                else newest = row;
            }
        }
    }
}
