namespace Tidemark.Running;

/// <summary>Item by item. A handler that completes at once costs no allocation and no scheduling.</summary>
internal sealed class ItemDriver<T, TCursor>(StreamRun<T, TCursor> run, SemaphoreSlim? turn, Func<StreamItem<T>, CancellationToken, Task> handler) : IStreamDriver<T>
{
    readonly CancellationToken abort = run.Setup.Attempt.Abort;
    readonly string streamKey = run.Setup.StreamKey;

    public async Task RunAsync()
    {
        while (true)
        {
            Work<T> work;
            if (turn is null)
            {
                while (run.TryTake(out work))
                {
                    var task = Start(ref work);
                    if (task.IsCompletedSuccessfully) run.Done(work);
                    else await EndAsync(work, task);
                }
                if (!await run.WaitAsync()) return;
            }
            else
            {
                (var taken, work) = await TakeInTurnAsync();
                if (!taken) return;
                if (run.IsAborted()) // the turn was handed over in between: a process may have been stopped there for long
                {
                    run.Cut(work);
                    return;
                }
                var running = Start(ref work); // before the copy is made: it gives the item its place and its time
                await EndAsync(work, running);
            }
        }
    }

    /// <summary>Sees one item to its end: every try in place, until it is done, set aside, listed for later, or cut.</summary>
    public async Task EndAsync(Work<T> work, Task running)
    {
        while (true)
        {
            Exception error;
            try
            {
                await running;
                run.Done(work);
                return;
            }
            catch (Exception thrown)
            {
                error = thrown;
            }

            if (run.WasStopped(error))
            {
                run.Cut(work);
                return;
            }
            var verdict = run.Failed(ref work, error);
            if (verdict.Fate != ItemFate.RetryHere) return;
            await run.DelayAsync(verdict.Delay);
            if (!run.TryAgain(ref work, error)) return;
            running = Start(ref work);
        }
    }

    Task Start(ref Work<T> work)
    {
        run.Begin(ref work);
        return work.Fault is not null ? Task.FromException(work.Fault) : Call(work);
    }

    public async Task<Exception?> TryOneAsync(Work<T> work)
    {
        try
        {
            await Call(work);
        }
        catch (Exception error)
        {
            return error;
        }
        run.Done(work);
        return null;
    }

    Task Call(in Work<T> work)
    {
        try
        {
            return handler(new(work.Value, work.Key, streamKey, work.Failures + 1), abort);
        }
        catch (Exception thrown)
        {
            return Task.FromException(thrown);
        }
    }

    async ValueTask<(bool, Work<T>)> TakeInTurnAsync()
    {
        await turn!.WaitAsync();
        try
        {
            Work<T> work;
            while (!run.TryTake(out work))
            {
                if (!await run.WaitAsync()) return (false, default);
            }
            return (true, work);
        }
        finally
        {
            turn.Release();
        }
    }
}
