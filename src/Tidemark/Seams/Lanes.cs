namespace Tidemark.Seams;

/// <summary>Where code runs. Production and simulator differ in nothing else.</summary>
internal sealed class Lanes
{
    /// <summary>The engine's own loops: claims, settlements, chores.</summary>
    public required TaskScheduler Engine { get; init; }

    /// <summary>The waits of those loops: timers that no handler can hold up. Their callbacks must not run user code.</summary>
    public required TimeProvider Timers { get; init; }

    /// <summary>Where handlers start.</summary>
    public required TaskScheduler Handlers { get; init; }

    /// <summary>
    /// Cancels a token that user code holds, without running what hangs on it here: that runs where handlers start. The task ends when it has
    /// run, and fails with what it threw. In production the token itself says so at once, however starved the pool.
    /// </summary>
    public required Func<CancellationTokenSource, Task> Cancel { get; init; }

    /// <summary>The beats' lane.</summary>
    public required IPulse Pulse { get; init; }

    public static Task StartOn(TaskScheduler lane, Func<Task> loop) =>
        Task.Factory.StartNew(loop, CancellationToken.None, TaskCreationOptions.DenyChildAttach, lane).Unwrap();
}

/// <summary>Runs the beats. The real one owns a thread and completes every wait by blocking it, so that no pool thread is needed.</summary>
internal interface IPulse
{
    /// <summary>Starts the loop on its own lane; the task ends when the loop has.</summary>
    Task Start(Func<ValueTask> loop);

    /// <summary>Waits for the time, or until <see cref="Interrupt"/>.</summary>
    ValueTask WaitAsync(TimeSpan time);

    /// <summary>Ends the present wait; the next one, if none is under way.</summary>
    void Interrupt();
}
