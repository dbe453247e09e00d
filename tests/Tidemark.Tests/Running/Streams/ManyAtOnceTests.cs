using System.Collections.Concurrent;
using Tidemark.Running;
using Xunit;

namespace Tidemark.Tests.Running.Streams;

/// <summary>How much a stream takes on at once: lanes, batches, the list for later, and one stream at a time.</summary>
public sealed class ManyAtOnceTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("item")]
    [InlineData("batch")]
    public async Task Handlers_that_block_run_as_many_at_once_as_were_asked_for(string how)
    {
        var together = new CountdownEvent(3);
        await using var engine = await StreamHost.StartAsync(stream => how == "item" ? stream.ForEachAsync((_, _) => Block()) : stream.ForEachBatchAsync(2, (_, _) => Block()), 12,
            options => (options.Concurrency, options.ResumeCost) = (3, ResumeCost.AtMost(12)));
        var job = await engine.RunAsync(StreamHost.Load, 1).WaitAsync(StreamHost.Soon, Token);

        Assert.Equal((JobState.Succeeded, 12, 0), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));

        Task Block()
        {
            if (!together.IsSet) together.Signal();
            return together.Wait(StreamHost.Soon) ? Task.CompletedTask : throw new QuarantineItemException("nobody else came");
        }
    }

    [Theory]
    [InlineData("batch")]
    [InlineData("commit")]
    public async Task A_batch_is_as_large_as_was_asked_for_whatever_may_lie_ahead(string how)
    {
        var sizes = new ConcurrentQueue<int>();
        await using var engine = await StreamHost.StartAsync(stream => how == "batch" ? stream.ForEachBatchAsync(2_500, (batch, _) => Note(batch)) : stream.CommitAsync((batch, _, _) => Note(batch)), 5_000,
            options => options.ResumeCost = ResumeCost.AtMost(how == "batch" ? 5_000 : 2_500));
        await engine.RunAsync(StreamHost.Load, 1).WaitAsync(StreamHost.Soon, Token);

        Assert.Equal([2_500, 2_500], sizes);

        Task Note(IReadOnlyList<StreamItem<int>> batch)
        {
            sizes.Enqueue(batch.Count);
            return Task.CompletedTask;
        }
    }

    [Theory]
    [InlineData("item")]
    [InlineData("batch")]
    [InlineData("commit")]
    public async Task The_list_for_later_takes_no_more_than_its_limit_and_the_stream_waits(string how)
    {
        var tried = new ConcurrentDictionary<int, int>();
        await using var engine = await StreamHost.StartAsync(stream => how switch
        {
            "item" => stream.ForEachAsync((item, _) => Handle([item])),
            "batch" => stream.ForEachBatchAsync(8, (batch, _) => Handle(batch)),
            _ => stream.CommitAsync((batch, _, _) => Handle(batch)),
        }, 300, options => (options.Breaker, options.MaxRetryListed) = (null, 50), job => job.OnException<TimeoutException>(_ => FaultDecision.Retry(TimeSpan.FromHours(1))));
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        var parked = await engine.UntilAsync(id, JobState.Parked).WaitAsync(StreamHost.Soon, Token);

        Assert.InRange(tried.Count, 50, 50 + 7); // those in flight may pass it
        Assert.Contains($"{tried.Count} items of stream 'items' wait for their next try", parked.Reason, StringComparison.Ordinal);

        Task Handle(IReadOnlyList<StreamItem<int>> items)
        {
            foreach (var item in items) tried.TryAdd(item.Value, 1);
            throw new TimeoutException("come back in an hour");
        }
    }

    [Fact]
    public async Task No_more_is_taken_ahead_of_an_item_that_is_not_done_than_was_asked_for()
    {
        const int Ahead = 20, All = 100;
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var saved = new TaskCompletionSource<IReadOnlyList<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new ConcurrentQueue<int>();
        var store = new InterceptedStore((_, asked) =>
        {
            if (asked is Checkpoint { Rows: { } rows }) saved.TrySetResult(rows.Settled);
            return null;
        });
        // The bound has room for all of them: the first save is made when nothing more may be taken.
        await using var engine = await StreamHost.StartAsync(stream => stream.ForEachAsync((item, _) =>
        {
            begun.Enqueue(item.Value);
            if (item.Value != 0) return Task.CompletedTask;
            held.SetResult();
            return release.Task;
        }), All, options => (options.Concurrency, options.MaxAhead, options.ResumeCost) = (2, Ahead, ResumeCost.AtMost(10 * All)), store: store);
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        await held.Task.WaitAsync(StreamHost.Soon, Token);

        Assert.Equal(Enumerable.Range(1, Ahead - 1).Select(number => $"{number}"), await saved.Task.WaitAsync(StreamHost.Soon, Token)); // the one that is held counts as well
        Assert.Equal(Enumerable.Range(0, Ahead), begun.Order());
        release.SetResult();
        await engine.Jobs.WaitAsync(id, Token).WaitAsync(StreamHost.Soon, Token);
        Assert.Equal(Enumerable.Range(0, All), begun.Order());
    }

    [Fact]
    public async Task A_stream_that_begins_while_another_runs_is_refused_and_the_first_one_keeps_its_gauge()
    {
        long? gauge = null;
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(StreamHost.Load).HandledBy(async (int _, JobContext job, IJobClient jobs) =>
            await job.Stream("items", StreamHost.Numbers(20)).ForEachAsync(async (item, _) =>
            {
                if (item.Value != 13) return;
                var refused = await Assert.ThrowsAsync<JobFaultException>(() => job.Stream("more", StreamHost.Numbers(3)).ForEachAsync((_, _) => Task.CompletedTask));
                Assert.Contains("'more'", refused.Message, StringComparison.Ordinal);
                Assert.Contains("'items'", refused.Message, StringComparison.Ordinal);
                gauge = (await jobs.FindAsync(job.Id))!.Streams.Single().StopNow?.Items;
            })).Stream("items").Stream("more").Retry(RetryPolicy.None));
        var job = await engine.RunAsync(StreamHost.Load, 1).WaitAsync(StreamHost.Soon, Token);

        Assert.Equal((JobState.Succeeded, 20, 0), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.InRange(gauge ?? -1, 1, 10);
    }
}
