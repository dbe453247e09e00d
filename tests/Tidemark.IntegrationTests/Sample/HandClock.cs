namespace Tidemark.IntegrationTests.Sample;

/// <summary>A wall clock that moves by hand only.</summary>
internal sealed class HandClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
