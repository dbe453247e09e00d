namespace Tidemark.Running;

/// <summary>
/// After a crash the items that were in flight go one at a time, so that the next crash has one suspect. It ends when they are through, or
/// when as many items have gone as may have lain after the last checkpoint. Where no item is ever held to account there is none.
/// </summary>
internal sealed class Isolation(SuspectItem[] suspects, StreamOptions options)
{
    readonly Dictionary<string, int> crashes =
        (options.QuarantineAfterCrashes > 0 ? suspects : []).ToDictionary(item => item.Key, item => item.SoleCrashes, StringComparer.Ordinal);
    int left = options.ResumeCost.Items;

    public bool IsOn => crashes.Count > 0;

    /// <summary>Suspects that the store remembers and that this stream does not hold to account.</summary>
    public string[] Acquitted => options.QuarantineAfterCrashes > 0 ? [] : [.. suspects.Select(item => item.Key)];

    /// <summary>An item is taken. Answers the error to quarantine it with, if it has taken too many processes with it.</summary>
    public QuarantineItemException? Taken(string key) =>
        crashes.TryGetValue(key, out var count) && count >= options.QuarantineAfterCrashes
            ? new($"The process died {count} times in a row while the item '{key}' alone was in flight. It is set aside so that the others can go on; mend the handler, then replay it.")
            : null;

    /// <summary>An item is through. Answers the suspects that are none any more: it, or all of them once the isolation is over.</summary>
    public string[] Settled(string key)
    {
        if (--left > 0) return crashes.Remove(key) ? [key] : [];
        string[] rest = [.. crashes.Keys];
        crashes.Clear();
        return rest;
    }
}
