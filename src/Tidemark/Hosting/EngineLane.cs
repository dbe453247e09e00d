namespace Tidemark.Hosting;

/// <summary>The engine's own thread as a task scheduler: handlers that block every pool thread cannot hold up claims and settlements.</summary>
/// <remarks>A plain monitor, because the waits of BlockingCollection and SemaphoreSlim spin first: half of what an idle engine cost.</remarks>
internal sealed class EngineLane : TaskScheduler, IDisposable
{
    readonly Queue<Task> queue = new();
    readonly LaneTimers timers;
    readonly Thread thread;
    bool disposed, mustLook; // under the queue's monitor, as the queue

    public EngineLane()
    {
        timers = new(Look);
        thread = new(Run) { IsBackground = true, Name = "Tidemark engine" };
        thread.Start();
    }

    /// <summary>The system's time, with timers that fire on this thread: a starved pool holds them up no more than it does the rest.</summary>
    public TimeProvider Timers => timers;

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
        while (true)
        {
            var untilNext = timers.FireDue(); // between any two tasks: a busy lane fires on time
            if (!TryTake(untilNext, out var task)) return;
            if (task is not null) TryExecuteTask(task);
        }
    }

    // False: disposed, and what was queued before has run. No task: it is time to look at the timers.
    bool TryTake(TimeSpan wait, out Task? task)
    {
        lock (queue)
        {
            if (queue.TryDequeue(out task)) return true;
            if (disposed) return false;
            if (!mustLook) Monitor.Wait(queue, wait);
            mustLook = false;
            return true;
        }
    }

    // A timer is due sooner than the thread thinks.
    void Look()
    {
        lock (queue)
        {
            mustLook = true; // it may be between its look and its wait
            Monitor.Pulse(queue);
        }
    }
}
