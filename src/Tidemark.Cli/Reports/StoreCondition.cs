using System.Globalization;
using Tidemark.Reading;
using Tidemark.Storage;

namespace Tidemark.Cli.Reports;

/// <summary>How a store is, found out by asking it to write: what other processes meet shows in no reading of ours.</summary>
internal sealed record StoreCondition(StoreReading Reading)
{
    // A commit takes less. One that changes nothing may still be taken where no other would be: into room that the log has already.
    const long LeastRoom = 64 * 1024;

    internal static async Task<StoreCondition> ExamineAsync(IExaminedStore store)
    {
        var fault = await store.ProbeAsync();
        var reading = await store.GetStoreAsync();
        var (place, room) = Room(reading);
        if (room < LeastRoom) fault ??= $"only {room} bytes are free on the volume of {place}. Free space on it: writing goes on by itself within a second.";
        return new(reading with { Fault = fault, Facts = room is null ? reading.Facts : [.. reading.Facts, new("free bytes", $"{room}")] });
    }

    internal Field<StoreCondition>[] Fields() =>
        [.. Reading.Facts.Select(fact => new Field<StoreCondition>(fact.Key.Replace(' ', '_'), fact.Key, _ => Typed(fact.Value))), new("writable", "writable", it => it.Reading.Fault is null)];

    static object Typed(string value) => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : value;

    static (string? Place, long? Room) Room(StoreReading reading)
    {
        var place = Array.Find(reading.Facts, fact => fact.Key == "path").Value;
        try
        {
            return (place, place is null ? null : new DriveInfo(Path.GetDirectoryName(place)!).AvailableFreeSpace);
        }
        catch (IOException)
        {
            return (place, null); // gone meanwhile: the probe has said so
        }
    }
}
