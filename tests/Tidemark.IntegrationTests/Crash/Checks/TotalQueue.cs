namespace Tidemark.IntegrationTests.Crash.Checks;

/// <summary>Every job that was acknowledged has run to its end; none ran that nobody had asked for. What was asked and not answered may have.</summary>
internal static class TotalQueue
{
    public static IEnumerable<string> Faults(History history)
    {
        var (asked, done) = (history.Tokens("asked"), history.Done.Select(row => row.Token).ToHashSet());
        foreach (var token in history.Tokens("acked").Where(token => !done.Contains(token))) yield return $"lost: {token} was acknowledged, and is not done";
        foreach (var token in done.Where(token => !asked.Contains(token))) yield return $"unexpected: {token} is done, and nobody asked for it";
        foreach (var token in history.Tokens("began").Where(token => !asked.Contains(token))) yield return $"unexpected: {token} has begun, and nobody asked for it";
    }
}
