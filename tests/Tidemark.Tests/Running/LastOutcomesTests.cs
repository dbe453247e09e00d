using Tidemark.Settling;
using Tidemark.Storage;
using Tidemark.Storage.InMemory;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.Tests.Running;

/// <summary>The outcomes that wait for a write under way when the time of a drain is over.</summary>
public sealed class LastOutcomesTests
{
    const int Jobs = 4;
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task They_are_written_once_more_and_what_is_given_up_is_told(bool isAway)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        LogBook log;
        var store = new SlowToSettle(new InMemoryJobStore(TimeProvider.System));
        await using (var engine = await EngineHost.StartAsync(tidemark =>
        {
            (tidemark.Options.Slots, tidemark.Options.DrainTimeout, tidemark.Options.AbortGrace) = (Jobs, TimeSpan.FromMinutes(1), TimeSpan.Zero);
            tidemark.AddJob(Load).HandledBy((int number) => number == 0 ? Task.CompletedTask : release.Task);
        }, store: store))
        {
            await engine.Jobs.EnqueueManyAsync(Load, Enumerable.Range(0, Jobs), cancellationToken: Token);
            await store.UnderWay.WaitAsync(Token); // of the first; the others end now
            release.SetResult();
            await engine.StopAsync();
            store.GoOn(isAway);
            log = engine.Log;
        }
        Assert.Equal(isAway ? 0 : Jobs, store.Written);
        if (isAway) await log.UntilAsync($"{Jobs - 1} outcomes were given up").WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    [Fact]
    public async Task Those_of_handlers_that_return_after_the_drain_has_given_them_up_are_written_as_they_come()
    {
        var releases = Enumerable.Range(0, Jobs).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        using var started = new CountdownEvent(Jobs);
        await using var engine = await EngineHost.StartAsync(tidemark =>
        {
            (tidemark.Options.Slots, tidemark.Options.DrainTimeout, tidemark.Options.AbortGrace) = (Jobs, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50));
            tidemark.AddJob(Load).HandledBy((int number) =>
            {
                started.Signal();
                return releases[number].Task;
            });
        });
        var ids = new List<JobId>();
        for (var number = 0; number < Jobs; number++) ids.Add((await engine.Jobs.EnqueueAsync(Load, number, cancellationToken: Token)).Id);
        await Task.Run(() => started.Wait(Token), Token);
        await engine.StopAsync();

        for (var number = 0; number < Jobs; number++)
        {
            releases[number].SetResult();
            await engine.UntilAsync(ids[number], JobState.Succeeded).WaitAsync(TimeSpan.FromSeconds(20), Token);
        }
    }

    sealed class SlowToSettle(IJobStore inner) : StoreDecorator(inner)
    {
        readonly TaskCompletionSource underWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource<bool> goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task UnderWay => underWay.Task;

        public int Written { get; private set; }

        public void GoOn(bool isAway) => goesOn.SetResult(isAway);

        protected override async ValueTask<TResult> CallAsync<TArgument, TResult>(string method, TArgument argument, Func<TArgument, ValueTask<TResult>> call)
        {
            if (method != nameof(SettleAsync)) return await call(argument);
            underWay.TrySetResult();
            if (await goesOn.Task) throw new StoreException("nobody answers");
            var answer = await call(argument);
            Written += answer is SettleVerdict[] verdicts ? verdicts.Count(verdict => verdict == SettleVerdict.Settled) : 0;
            return answer;
        }
    }
}
