namespace Tidemark.Tests.Simulation;

/// <summary>Steps one after another, some of which fail or take the process down at first.</summary>
internal sealed class StepScript(int index) : Script(index)
{
    readonly Dictionary<int, int> trouble = [];

    public required int Steps { get; init; }
    public required TimeSpan StepTime { get; init; }

    /// <summary>The step that makes trouble, so many times, by throwing or by killing.</summary>
    public int Troubled { get; init; } = -1;
    public int Times { get; init; }
    public bool Kills { get; init; }

    public override TimeSpan Work => StepTime * (Steps + Times) + (Retry.Ceiling + Retry.BaseDelay) * Times;

    public override async Task RunAsync(Stage stage)
    {
        for (var step = 0; step < Steps; step++)
        {
            var (at, name) = (step, $"step-{step}");
            var known = await stage.Job.StepAsync(name, async (context, token) =>
            {
                if (context.IdempotencyKey != $"{stage.Job.Id}/{name}") stage.Sim.Fail($"step {name} of job {stage.Job.Id} got the idempotency key {context.IdempotencyKey}");
                if (stage.History.MemoOf(stage.Job.Id, name) is { } memo && memo.Fence <= stage.Run.Lease.Fence)
                    stage.Sim.Fail($"step {name} of job {stage.Job.Id} runs under fence {stage.Run.Lease.Fence} although its memo was saved under fence {memo.Fence}");
                await stage.DelayAsync(StepTime, token);
                if (at == Troubled && trouble.GetValueOrDefault(at) < Times)
                {
                    trouble[at] = trouble.GetValueOrDefault(at) + 1;
                    if (Kills) await stage.DieAsync(name);
                    throw new InvalidOperationException($"{name} has failed");
                }
                return at * 10;
            });
            if (known != at * 10) stage.Sim.Fail($"step {name} of job {stage.Job.Id} answered {known}");
        }
    }

    public override string? FaultAtEnd(JobId job, Ending ending) =>
        Enumerable.Range(0, Steps).All(step => ending.History.MemoOf(job, $"step-{step}") is not null) ? null : "it succeeded without all of its steps";
}
