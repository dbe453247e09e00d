using System.Collections.Concurrent;

namespace Tidemark.Cli.Spawning;

/// <summary>Gives on what a command wrote. Called on the slot's thread, before its caller knows the result; may block; may throw.</summary>
internal delegate void OutputReceiver(CommandEnding ending, OutputBuffer output, OutputBuffer error);

/// <summary>
/// Runs commands on as many threads as may run at once. Each thread blocks through the life of its command: measured faster than
/// asynchronous pipes, and a slow reader of our standard output holds up commands, not the engine.
/// </summary>
internal sealed class CommandPool : IDisposable
{
    readonly BlockingCollection<Work> _queue = [];
    readonly RunGuard _guard = new();
    readonly CommandEnvironment _environment;
    readonly CommandTemplate _template;
    readonly OutputReceiver _deliver;
    readonly CommandLimits _limits;
    readonly TimeProvider _time;
    readonly Thread[] _threads;
    volatile bool _aborted;

    internal CommandPool(CommandTemplate template, int parallel, OutputReceiver deliver, TimeProvider time, CommandLimits? limits = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parallel, 1);
        (_template, _deliver, _time, _limits) = (template, deliver, time, limits ?? new CommandLimits());
        _environment = new CommandEnvironment(_guard.Mark);
        IgnoredSignals.RestoreChildSignal();
        _threads = [.. Enumerable.Range(1, parallel).Select(Start)];
    }

    /// <summary>Runs the command for one line; ends when it has ended and its output has been given on.</summary>
    /// <exception cref="TidemarkException">The output could not be given on, or a pipe could not be made.</exception>
    internal Task<CommandResult> RunAsync(CommandRequest request)
    {
        // Continuations run elsewhere: whatever the caller does next must not hold the thread that starts the next command.
        var work = new Work(request, new TaskCompletionSource<CommandResult>(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            _queue.Add(work);
        }
        catch (InvalidOperationException)
        {
            // Closed, as the run leaves in a hurry, and a lane that has not heard of it asks for its next line: that line has not failed.
            work.Completion.SetResult(CommandResult.Aborted(TimeSpan.Zero));
        }
        return work.Completion.Task;
    }

    /// <summary>An attempt begins: an abort before was another's, which had lost its lease or was cancelled, and ends nothing of this one.</summary>
    internal void Begin()
    {
        _guard.Begin();
        _aborted = false;
    }

    /// <summary>Kills all that runs, with all it has started. What was asked and not begun ends as <see cref="EndingKind.Aborted"/>, until <see cref="Begin"/>.</summary>
    internal void Abort()
    {
        _aborted = true;
        _guard.KillAll();
    }

    /// <summary>Waits for what runs. Whatever is asked from here on ends as <see cref="EndingKind.Aborted"/>.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        foreach (var thread in _threads) thread.Join();
        _guard.Dispose();
        _environment.Dispose();
        _queue.Dispose();
    }

    Thread Start(int number)
    {
        var thread = new Thread(Serve, 256 * 1024) { IsBackground = true, Name = $"command {number}" };
        thread.Start();
        return thread;
    }

    void Serve()
    {
        using var slot = new CommandSlot(_template, _environment, _guard, _limits);
        foreach (var work in _queue.GetConsumingEnumerable())
        {
            try
            {
                work.Completion.SetResult(Run(slot, work.Request));
            }
            catch (Exception failure)
            {
                work.Completion.SetException(failure);
            }
        }
    }

    CommandResult Run(CommandSlot slot, CommandRequest request)
    {
        var started = _time.GetTimestamp();
        var ending = Ending(slot, request);
        var duration = _time.GetElapsedTime(started);
        // What an aborted command wrote is half a result: it will run again.
        if (ending.Kind == EndingKind.Aborted) return CommandResult.Aborted(duration);
        var errors = slot.Error.Length == 0 ? [] : slot.Error.Tail(_limits.ErrorTail);
        _deliver(ending, slot.Output, slot.Error);
        return new CommandResult
        {
            Ending = ending,
            Duration = duration,
            Hint = RetryHint.Find(errors),
            ErrorText = ending.IsSuccess ? "" : CommandResult.LastLines(errors),
        };
    }

    CommandEnding Ending(CommandSlot slot, in CommandRequest request)
    {
        var aborted = new CommandEnding(EndingKind.Aborted, Signal.Kill);
        if (_aborted) return aborted;
        try
        {
            var ending = slot.Run(request);
            return _aborted && !ending.IsSuccess ? aborted : ending;
        }
        catch (SpawnException refused)
        {
            return new CommandEnding(EndingKind.NoResources, refused.Error, refused.Message);
        }
        catch (OperationCanceledException) when (_aborted)
        {
            return aborted;
        }
    }

    readonly record struct Work(CommandRequest Request, TaskCompletionSource<CommandResult> Completion);
}
