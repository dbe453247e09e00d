using Tidemark.Controlling;
using Tidemark.Storage;
using Tidemark.Storage.InMemory;
using Tidemark.Tests.Running;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.Tests.Scheduling.Stopping;

/// <summary>A schedule that is to cancel its older job, whose row somebody holds: nobody else waits for that.</summary>
public sealed class HeldCancelTests
{
    static readonly JobKey<int> Hangs = new("hangs"), Quick = new("quick");

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_other_schedules_run_on_while_it_waits()
    {
        var store = new Held(new InMemoryJobStore(TimeProvider.System));
        var (never, ran) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), 0);
        var onward = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (await EngineHost.StartAsync(tidemark =>
        {
            tidemark.AddJob(Hangs).HandledBy(async (int _, JobContext job) =>
            {
                await Task.WhenAny(never.Task, Task.Delay(Timeout.Infinite, job.Stopping));
            });
            tidemark.AddJob(Quick).HandledBy((int _) =>
            {
                if (store.Asked.IsCompleted && Interlocked.Increment(ref ran) == 3) onward.SetResult();
            });
            tidemark.AddSchedule("cancelling", Hangs, 1, Every.Seconds(1)).Overlap(Overlap.CancelOlder);
            tidemark.AddSchedule("other", Quick, 1, Every.Seconds(1));
        }, store: store))
        {
            await store.Asked.WaitAsync(TimeSpan.FromSeconds(30), Ending);
            await onward.Task.WaitAsync(TimeSpan.FromSeconds(30), Ending);
            never.SetResult();
            store.LetGo();
        }
    }

    sealed class Held(IJobStore inner) : StoreDecorator(inner)
    {
        readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => asked.Task;

        public void LetGo() => released.SetResult();

        protected override async ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked given, Func<TAsked, ValueTask<TReply>> call)
        {
            if (given is ControlRequest { Action: ControlAction.Cancel })
            {
                asked.TrySetResult();
                await released.Task;
            }
            return await call(given);
        }
    }
}
