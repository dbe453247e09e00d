namespace Tidemark.IntegrationTests.Crash.Checks;

/// <summary>
/// A job ends once: one success is recorded, and after the one that counted nothing begins again. But a process that was stopped between its
/// right to begin and the beginning begins late, and saves nothing.
/// </summary>
internal static class UniqueTerminal
{
    public static IEnumerable<string> Faults(History history, bool isPaused = false)
    {
        foreach (var twice in history.Done.GroupBy(row => row.Token).Where(group => group.Count() > 1)) yield return $"ended twice: {twice.Key} by {string.Join(", ", twice.Select(row => row.Run))}";
        var ended = history.Of("ended").Where(entry => entry.More == "ok").ToDictionary(entry => entry.Run, entry => entry.At);
        var last = history.Of("began").GroupBy(entry => entry.Token).ToDictionary(group => group.Key, group => group.Last());
        foreach (var row in history.Done)
        {
            if (!ended.TryGetValue(row.Run, out var at)) yield return $"unexplained: {row.Token} is done by {row.Run}, which has not come to its end";
            else if (!isPaused && last[row.Token].At > at) yield return $"began after its end: {row.Token} was ended by {row.Run} and begun again by {last[row.Token].Run}";
        }
    }
}
