namespace Tidemark.TortureHost;

internal sealed class TortureReport
{
    private TimeSpan _oldestBeat;
    private long _rows;
    private long _attempted;
    private long _acknowledged;
    private long _refused;
    private long _least;
    private long _most;

    public required int Seconds { get; init; }
    public List<string> Faults { get; } = [];
    public int Kills { get; set; }
    public int Stops { get; set; }

    /// <summary>Rows in flight at a kill that the dead writer's presence named.</summary>
    public long NamedInFlight { get; set; }
    public long LargestWal { get; private set; }
    public bool ControlSeen { get; set; }

    public void SawWal(string path)
    {
        if (new FileInfo(path) is { Exists: true } wal) LargestWal = Math.Max(LargestWal, wal.Length);
    }

    public void SawBeat(TimeSpan age) => _oldestBeat = age > _oldestBeat ? age : _oldestBeat;

    public void Count(long[] rows, long[] attempted, long[] acknowledged, long[] refused)
    {
        (_rows, _attempted, _acknowledged, _refused) = (rows.LongLength, attempted.LongLength, acknowledged.LongLength, refused.LongLength);
        var perWriter = acknowledged.GroupBy(RowKey.Writer).Select(group => group.LongCount()).ToArray();
        (_least, _most) = perWriter.Length == 0 ? (0, 0) : (perWriter.Min(), perWriter.Max());
    }

    public override string ToString() => string.Join(Environment.NewLine,
    [
        $"{Seconds} s, {Kills} kills, {Stops} stops",
        $"rows {_rows}: attempted {_attempted}, acknowledged {_acknowledged}, refused or rolled back {_refused}, unknown but there {_rows - _acknowledged}",
        $"acknowledged per writer: least {_least}, most {_most}",
        $"largest WAL {LargestWal >> 10} KiB; oldest beat of a running writer {_oldestBeat.TotalMilliseconds:0} ms; in flight at a kill and named {NamedInFlight}",
        $"control (one acknowledged row taken away): {(ControlSeen ? "seen" : "NOT SEEN")}",
        Faults.Count == 0 ? "no fault" : $"{Faults.Count} FAULTS",
        .. Faults.Take(20),
    ]);
}
