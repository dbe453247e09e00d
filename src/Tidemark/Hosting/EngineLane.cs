using System.Collections.Concurrent;

namespace Tidemark.Hosting;

/// <summary>The engine's own thread as a task scheduler: handlers that block every pool thread cannot hold up claims and settlements.</summary>
internal sealed class EngineLane : TaskScheduler, IDisposable
{
    readonly BlockingCollection<Task> queue = [];
    readonly Thread thread;

    public EngineLane()
    {
        thread = new(Run) { IsBackground = true, Name = "Tidemark engine" };
        thread.Start();
    }

    public override int MaximumConcurrencyLevel => 1;

    public void Dispose() => queue.CompleteAdding();

    protected override void QueueTask(Task task)
    {
        try
        {
            queue.Add(task);
        }
        catch (InvalidOperationException)
        {
            // Disposed: a late continuation of a stopping engine has nowhere to run, and nothing left to do.
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Thread.CurrentThread == thread && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [.. queue];

    void Run()
    {
        foreach (var task in queue.GetConsumingEnumerable()) TryExecuteTask(task);
    }
}
