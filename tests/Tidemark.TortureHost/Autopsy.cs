using Tidemark.Storage.Presence;

namespace Tidemark.TortureHost;

/// <summary>What the presence file of a killed writer tells, against its own logs: whatever it had begun and not logged as ended must be named there.</summary>
internal static class Autopsy
{
    public static void Examine(string folder, PresenceDirectory directory, Child child, TortureReport report)
    {
        var path = directory.PathOf(child.Worker);
        if (!File.Exists(path)) return;   // killed before it had one
        using var dead = PresenceReader.TryTakeOver(path);
        if (dead is null)
        {
            report.Faults.Add($"the presence of killed writer {child.Writer} could not be taken over");
            return;
        }

        var begun = ReadLife(folder, "attempted", child);
        begun.ExceptWith(ReadLife(folder, "acknowledged", child));
        begun.ExceptWith(ReadLife(folder, "refused", child));
        var named = dead.Snapshot.Slots.SelectMany(slot => slot.InFlight).Select(item => long.Parse(item.Key)).ToHashSet();
        foreach (var key in begun.Where(key => !named.Contains(key)))
            report.Faults.Add($"row {RowKey.Text(key)} was in flight when its writer was killed, but its presence does not name it");
        report.NamedInFlight += begun.Count;
        dead.Bury();
    }

    private static HashSet<long> ReadLife(string folder, string kind, Child child) =>
        [.. SideLog.Read(folder, kind, child.Writer, child.Life)];
}
