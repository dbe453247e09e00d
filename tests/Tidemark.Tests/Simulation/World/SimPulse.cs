using Tidemark.Seams;

namespace Tidemark.Tests.Simulation;

/// <summary>The beats' lane, on the simulation's queue.</summary>
internal sealed class SimPulse(SimProcess process) : IPulse
{
    TaskCompletionSource? waiting;
    bool interrupted;

    public Task Start(Func<ValueTask> loop) => process.Start(() => loop().AsTask());

    public async ValueTask WaitAsync(TimeSpan time)
    {
        if (!interrupted)
        {
            var ended = waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var timer = process.Clock.CreateTimer(_ => ended.TrySetResult(), null, time, Timeout.InfiniteTimeSpan);
            await ended.Task;
        }
        interrupted = false;
    }

    public void Interrupt()
    {
        interrupted = true;
        waiting?.TrySetResult();
    }
}
