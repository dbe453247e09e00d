using System.Runtime.CompilerServices;
using Tidemark.Running;

namespace Tidemark.Tests.Simulation;

/// <summary>What a script is given: its world, its process, and its line in the side log.</summary>
internal sealed class Stage(Sim sim, SimProcess process, HandlerRun run, History history, JobContext job, CancellationToken abort)
{
    public Sim Sim => sim;
    public SimProcess Process => process;
    public HandlerRun Run => run;
    public History History => history;
    public JobContext Job => job;
    public CancellationToken Abort => abort;

    public Task DelayAsync(TimeSpan time, CancellationToken token) => time == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(time, process.Clock, token);

    /// <summary>Takes the process down, in the middle of what it does.</summary>
    public Task DieAsync(string why)
    {
        process.Kill($"job {job.Id} took it down: {why}");
        return Never;
    }

    public static Task Never => new TaskCompletionSource().Task;

    /// <summary>The attempt behind the context: its lease says under which fence a handler runs.</summary>
    public static Attempt AttemptOf(JobContext context) => Field(context);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "attempt")]
    static extern ref Attempt Field(JobContext context);
}
