using Tidemark.TortureHost.Serve;

namespace Tidemark.IntegrationTests.Crash.Checks;

/// <summary>The effects of a job that is done are there once each; of one that is not, at most once.</summary>
internal static class ExactlyOnce
{
    public static IEnumerable<string> Faults(History history)
    {
        var done = history.Done.Select(row => row.Token).ToHashSet();
        var written = history.Effects.ToLookup(row => row.Token, row => row.Item);
        foreach (var (token, (kind, items)) in history.Asked())
        {
            if (kind != Mix.Effects.Name && kind != Mix.Commands.Name) continue;
            foreach (var item in written[token].GroupBy(item => item).Where(item => item.Count() > 1)) yield return $"written twice: item {item.Key} of {token}, {item.Count()} times";
            if (done.Contains(token) && written[token].Distinct().Count() is var there && there != items) yield return $"not written: {token} is done, with {there} of its {items} effects";
        }
    }
}
