namespace Tidemark.Tests.Simulation;

/// <summary>
/// Takes its process down each time that it is run, and never gets anywhere: it must come to rest as failed, within its budget of processes, whoever
/// else lives in them.
/// </summary>
internal sealed class KillerScript(int index) : Script(index)
{
    // The first crash makes it a suspect and is charged to nobody.
    static readonly int Most = 1 + new TidemarkOptions().CrashBudget;

    int killed;

    public required TimeSpan After { get; init; }

    public override TimeSpan Work => After * Most + TimeSpan.FromMinutes(1) * Most; // each death is noticed after a lease at the latest

    public override bool IsHopeless => true;

    public override async Task RunAsync(Stage stage)
    {
        await stage.DelayAsync(After, stage.Abort);
        if (++killed > Most) stage.Sim.Fail($"job {stage.Job.Id} takes its process number {killed} down: the budget is {Most}");
        await stage.DieAsync("it always does");
    }

    public override string? FaultAtEnd(JobId job, Ending ending) => "it has succeeded, though it never returned";
}
