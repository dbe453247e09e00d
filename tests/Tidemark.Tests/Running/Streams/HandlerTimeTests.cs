using Tidemark.Storage;
using Tidemark.Storage.InMemory;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.Tests.Running.Streams;

/// <summary>Handler seconds: of items in flight, of failed tries, of what was cut. What is at stake is told, not only what is settled.</summary>
public sealed class HandlerTimeTests
{
    static readonly TimeSpan Some = TimeSpan.FromMilliseconds(200);
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("item")]
    [InlineData("batch")]
    public async Task The_gauge_tells_the_time_of_what_is_in_flight_and_a_batch_counts_once(string how)
    {
        var release = new TaskCompletionSource();
        await using var engine = await StreamHost.StartAsync(stream => how == "item" ? stream.ForEachAsync((item, _) => HoldAsync(item.Value)) : stream.ForEachBatchAsync(10, (batch, _) => HoldAsync(batch[0].Value)), 20);
        var began = TimeProvider.System.GetTimestamp(); // before any of them: how long a thread waits for its turn between the engine's look at the clock and its own, nobody knows
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        var shown = (await engine.UntilAsync(id, job => Gauge(job) >= Some).WaitAsync(StreamHost.Soon, Token)).Streams[0].StopNow!.Value;
        var elapsed = TimeProvider.System.GetElapsedTime(began);
        release.SetResult();

        Assert.InRange(shown.Time, Some, elapsed + TimeSpan.FromMilliseconds(2)); // whole milliseconds of another clock

        // The gauge is there from the first save on.
        Task HoldAsync(int item) => item < 10 ? Task.CompletedTask : release.Task;
    }

    [Fact]
    public async Task The_ledger_tells_the_time_of_an_item_that_an_abort_has_cut()
    {
        var engine = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.DrainTimeout = TimeSpan.FromMilliseconds(100);
            tidemark.AddJob(StreamHost.Load).HandledBy((int _, JobContext job) => job.Stream("items", StreamHost.Numbers(20)).ForEachAsync((item, token) =>
                item.Value == 10 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask)).Stream("items");
        });
        await using var _ = engine;
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        var shown = Gauge(await engine.UntilAsync(id, job => Gauge(job) >= Some).WaitAsync(StreamHost.Soon, Token));
        await engine.StopAsync();

        var line = Assert.Single((await engine.Jobs.FindAsync(id, Token))!.Interruptions);
        Assert.Equal((1L, true), (line.Items, line.Exact));
        Assert.True(line.Time >= shown, $"the gauge showed {shown}, the ledger says {line.Time}");
    }

    [Fact]
    public async Task Failed_tries_count_into_a_bound_by_time()
    {
        var saves = 0;
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(StreamHost.Load).HandledBy((int _, JobContext job) =>
            job.Stream("items", StreamHost.Numbers(10)).ForEachAsync((item, _) =>
            {
                if (item.Attempt > 1) return Task.CompletedTask;
                for (var began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMilliseconds(20);) Thread.SpinWait(1_000);
                throw new TimeoutException();
            })).Stream("items", options =>
            {
                options.ResumeCost = ResumeCost.AtMost(TimeSpan.FromMilliseconds(10));
                (options.Retry, options.Breaker) = (new() { MaxRetries = 1, BaseDelay = TimeSpan.Zero }, null);
            }), store: new Counting(new InMemoryJobStore(TimeProvider.System), () => saves++));
        var job = await engine.RunAsync(StreamHost.Load, 1).WaitAsync(StreamHost.Soon, Token);

        Assert.Equal(10, job.Streams[0].Done);
        Assert.True(saves >= 10, $"each item's first try fills the bound by itself, but there were {saves} saves for ten of them");
    }

    static TimeSpan Gauge(JobStatus job) => job.Streams.Count == 0 ? TimeSpan.Zero : job.Streams[0].StopNow?.Time ?? TimeSpan.Zero;

    sealed class Counting(IJobStore inner, Action saves) : StoreDecorator(inner)
    {
        protected override ValueTask<TResult> CallAsync<TArgument, TResult>(string method, TArgument argument, Func<TArgument, ValueTask<TResult>> call)
        {
            if (method == nameof(IJobStore.CheckpointAsync)) saves();
            return call(argument);
        }
    }
}
