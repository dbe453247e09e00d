namespace Tidemark.Tests.Simulation;

/// <summary>A plain handler: it takes its time, fails at first, hangs at first, or hears no abort.</summary>
internal sealed class NapScript(int index) : Script(index)
{
    readonly HashSet<HandlerRun> hanging = [];
    int failed;

    public required TimeSpan Nap { get; init; }
    public int Fails { get; init; }

    /// <summary>So many times it never returns; only the end of the process ends it.</summary>
    public int Hangs { get; init; }
    public bool IgnoresAbort { get; init; }
    public bool ThrowsLate { get; init; }

    public bool HangsIn(HandlerRun run) => hanging.Contains(run);

    public override TimeSpan Work => Nap * (Fails + 1) + (Retry.Ceiling + Retry.BaseDelay) * Fails;

    public override async Task RunAsync(Stage stage)
    {
        if (hanging.Count < Hangs)
        {
            hanging.Add(stage.Run);
            await Stage.Never;
        }
        try
        {
            await stage.DelayAsync(Nap, IgnoresAbort ? CancellationToken.None : stage.Abort);
        }
        catch (OperationCanceledException abort) when (ThrowsLate)
        {
            await stage.DelayAsync(Nap, CancellationToken.None);
            throw new InvalidOperationException("late", abort);
        }
        if (failed++ < Fails) throw new InvalidOperationException($"failure {failed}");
        stage.Job.SetResult(Index);
    }

    public override string? FaultAtEnd(JobId job, Ending ending) =>
        ending.Details(job).Result is { } result && System.Text.Encoding.UTF8.GetString(result) == $"{Index}" ? null : "its result is not what the handler gave";
}
