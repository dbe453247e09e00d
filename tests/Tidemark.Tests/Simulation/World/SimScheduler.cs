namespace Tidemark.Tests.Simulation;

/// <summary>The threads of a process: every task and every continuation becomes an event.</summary>
internal sealed class SimScheduler(Sim sim, SimProcess process) : TaskScheduler
{
    protected override void QueueTask(Task task) =>
        sim.Post(process, process.Busy * sim.Random.NextDouble(), "task", () => TryExecuteTask(task));

    // Never inline: each continuation is a point where the process may die.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
