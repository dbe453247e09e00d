namespace Tidemark.Running;

/// <summary>
/// The keys of a page and of the one before it. An item that moves while pages are read is met again next door, so two pages of memory
/// catch nearly every repeat, and memory stays flat.
/// </summary>
internal sealed class NeighbourKeys
{
    HashSet<string> here = new(StringComparer.Ordinal);
    HashSet<string> before = new(StringComparer.Ordinal);

    public void TurnPage()
    {
        (here, before) = (before, here);
        here.Clear();
    }

    /// <summary>False: the key was met before. An item without a key is never a repeat: the engine must see it and refuse it.</summary>
    public bool Add(string? key) => string.IsNullOrEmpty(key) || (!before.Contains(key) && here.Add(key));
}
