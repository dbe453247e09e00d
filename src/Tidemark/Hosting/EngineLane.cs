using System.Diagnostics.CodeAnalysis;

namespace Tidemark.Hosting;

/// <summary>The engine's own thread as a task scheduler: handlers that block every pool thread cannot hold up claims and settlements.</summary>
/// <remarks>A plain monitor, because the waits of BlockingCollection and SemaphoreSlim spin first: half of what an idle engine cost.</remarks>
internal sealed class EngineLane : TaskScheduler, IDisposable
{
    readonly Queue<Task> queue = new();
    readonly Thread thread;
    bool disposed; // under the queue's monitor, as the queue

    public EngineLane()
    {
        thread = new(Run) { IsBackground = true, Name = "Tidemark engine" };
        thread.Start();
    }

    public override int MaximumConcurrencyLevel => 1;

    public void Dispose()
    {
        lock (queue)
        {
            disposed = true;
            Monitor.Pulse(queue);
        }
    }

    protected override void QueueTask(Task task)
    {
        lock (queue)
        {
            if (disposed) return; // a late continuation of a stopping engine has nowhere to run, and nothing left to do
            queue.Enqueue(task);
            if (queue.Count == 1) Monitor.Pulse(queue);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Thread.CurrentThread == thread && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (queue) return [.. queue];
    }

    void Run()
    {
        while (TryTake(out var task)) TryExecuteTask(task);
    }

    // What was queued before the disposal still runs.
    bool TryTake([NotNullWhen(true)] out Task? task)
    {
        lock (queue)
        {
            while (queue.Count == 0 && !disposed) Monitor.Wait(queue);
            return queue.TryDequeue(out task);
        }
    }
}
