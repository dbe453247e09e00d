namespace Tidemark.StoreContract;

/// <summary>A clock that stands still until it is told otherwise. It starts between two milliseconds: what a store keeps is cut to them.</summary>
internal sealed class ManualClock : TimeProvider
{
    long ticks = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero).Ticks + 1_234_567;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref ticks);

    public void Pass(TimeSpan time) => Interlocked.Add(ref ticks, time.Ticks);
}
