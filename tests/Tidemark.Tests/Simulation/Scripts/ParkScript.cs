namespace Tidemark.Tests.Simulation;

/// <summary>Parks itself a few times, then ends.</summary>
internal sealed class ParkScript(int index) : Script(index)
{
    int parked;

    public required int Parks { get; init; }
    public required TimeSpan For { get; init; }

    public override TimeSpan Work => For * Parks;

    public override async Task RunAsync(Stage stage)
    {
        await stage.DelayAsync(TimeSpan.FromMilliseconds(10), stage.Abort);
        if (parked++ < Parks) throw Park.Until(stage.Process.Clock.GetUtcNow() + For, "the quota is used up");
    }

    public override string? FaultAtEnd(JobId job, Ending ending) => null;
}
