using Tidemark.Storage;
using Tidemark.Storage.InMemory;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.Tests.Running;

/// <summary>A job that is due again sooner than the next poll, and settled when its worker has just looked and found nothing.</summary>
public sealed class SoonDueTests
{
    static readonly JobKey<int> Load = new("load");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_job_that_is_due_before_the_next_poll_does_not_wait_for_it(bool parks)
    {
        var tries = 0;
        await using var engine = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.PollInterval = TimeSpan.FromDays(1);
            tidemark.AddJob(Load).Retry(new() { BaseDelay = TimeSpan.FromMilliseconds(20) }).HandledBy((int _) =>
            {
                if (++tries > 1) return;
                if (parks) throw Park.Until(DateTimeOffset.UtcNow.AddMilliseconds(20), "in a moment");
                throw new InvalidOperationException("once");
            });
        }, store: new SlowToSettle());

        Assert.Equal((JobState.Succeeded, 2), ((await engine.RunAsync(Load, 1)).State, tries));
    }

    // The slot is free at once, so that the worker has looked for its next job long before this one's outcome is written.
    sealed class SlowToSettle() : StoreDecorator(new InMemoryJobStore(TimeProvider.System))
    {
        protected override async ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call)
        {
            if (operation == nameof(IJobStore.SettleAsync)) await Task.Delay(TimeSpan.FromMilliseconds(200));
            return await call(asked);
        }
    }
}
