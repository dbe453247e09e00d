using Xunit;

namespace Tidemark.Tests.Running.Streams;

/// <summary>How a stream leaves: asked to, by a park from within, or with a source that makes trouble at its end.</summary>
public sealed class LeavingTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("item", "drain")]
    [InlineData("item", "park")]
    [InlineData("batch", "drain")]
    [InlineData("batch", "park")]
    public async Task An_item_that_leaves_because_it_was_asked_to_is_neither_failed_nor_quarantined(string how, string why)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = await StreamHost.StartAsync((job, _) =>
        {
            var stream = job.Stream("items", StreamHost.Numbers(6));
            return how == "item"
                ? stream.ForEachAsync((item, _) => item.Value == 2 ? LeaveAsync() : Task.CompletedTask)
                : stream.ForEachBatchAsync(3, (_, _) => LeaveAsync());

            async Task LeaveAsync()
            {
                reached.TrySetResult();
                await Task.Delay(Timeout.Infinite, job.Stopping);
            }
        }, options => options.Retry = RetryPolicy.None);
        await using var _ = engine;
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        await reached.Task.WaitAsync(StreamHost.Soon, Token);
        if (why == "drain") await engine.StopAsync();
        else await engine.Jobs.ParkAsync(id, cancellationToken: Token);

        var job = await engine.UntilAsync(id, job => job.State is JobState.Parked or JobState.Pending or JobState.Failed or JobState.Succeeded).WaitAsync(StreamHost.Soon, Token);
        Assert.Equal((why == "drain" ? JobState.Pending : JobState.Parked, how == "item" ? 2 : 0, 0), (job.State, job.Streams.Sum(stream => stream.Done), job.Streams.Sum(stream => stream.Quarantined)));
    }

    [Fact]
    public async Task A_park_from_within_a_list_of_effects_stops_the_list_at_once()
    {
        var calls = 0;
        var parks = true;
        await using var engine = await StreamHost.StartAsync(stream => stream.CommitAsync((_, _, _) =>
        {
            calls++;
            return parks ? throw Park.UntilWoken("quota") : Task.CompletedTask;
        }), 500, options => options.ResumeCost = ResumeCost.AtMost(500));
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        await engine.UntilAsync(id, JobState.Parked).WaitAsync(StreamHost.Soon, Token);
        Assert.Equal(1, calls);
        parks = false;

        var job = await engine.WakeAsync(id);
        Assert.Equal((JobState.Succeeded, 500), (job.State, job.Streams[0].Done));
    }

    [Fact]
    public async Task A_source_that_throws_when_it_is_closed_does_not_turn_a_park_into_a_failure()
    {
        await using var engine = await StreamHost.StartAsync((job, _) => job.Stream("items", new ClosesBadly()).ForEachAsync((item, _) =>
            item.Value == 3 ? throw Park.UntilWoken("quota") : Task.CompletedTask));
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        var job = await engine.UntilAsync(id, job => job.State is not (JobState.Pending or JobState.Running)).WaitAsync(StreamHost.Soon, Token);

        Assert.Equal((JobState.Parked, 3), (job.State, job.Streams[0].Done));
        await engine.Log.UntilAsync("the socket was closed already").WaitAsync(StreamHost.Soon, Token);
    }

    sealed class ClosesBadly : Source<int, int>
    {
        public override ValueTask<SourceReader<int, int>> OpenAsync(SourceStart<int> start, CancellationToken cancellationToken) => new(new Reader());

        sealed class Reader : SourceReader<int, int>
        {
            int at;

            public override bool TryRead(out SourceItem<int, int> item)
            {
                item = new($"{at}", at, ++at);
                return at <= 10;
            }

            public override ValueTask<bool> FillAsync(CancellationToken cancellationToken) => new(at < 10);

            public override async ValueTask DisposeAsync()
            {
                await base.DisposeAsync();
                throw new IOException("the socket was closed already");
            }
        }
    }
}
