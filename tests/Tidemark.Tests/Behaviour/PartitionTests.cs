using System.Collections.Concurrent;
using Tidemark.Storage.InMemory;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>A stream that is split: its visits do each item once, and the job goes on when all are through.</summary>
public sealed class PartitionTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static Source<int> Numbers(int count) => Items.Of([.. Enumerable.Range(0, count)], key: number => $"{number}");

    static Task<EngineHost> StartAsync(Func<JobContext, Task> handler, int partitions = 4, InMemoryJobStore? store = null, long quarantineLimit = 1_000) => EngineHost.StartAsync(tidemark => tidemark
        .AddJob(Load).HandledBy((int _, JobContext job, CancellationToken _) => handler(job))
        .Stream("rows", stream =>
        {
            stream.Partitions = partitions;
            stream.Retry = RetryPolicy.None;
            stream.QuarantineLimit = quarantineLimit;
        })
        .Retry(RetryPolicy.None), store: store);

    [Fact]
    public async Task Each_item_is_done_once_by_some_partition_and_later_steps_run_once_when_all_are()
    {
        var (done, opened, published) = (new ConcurrentQueue<string>(), 0, new ConcurrentQueue<int>());
        await using var engine = await StartAsync(async job =>
        {
            await job.StepAsync("open", (_, _) => Task.FromResult(Interlocked.Increment(ref opened)));
            await job.Stream("rows", Numbers(100)).ForEachAsync((item, _) =>
            {
                done.Enqueue(item.IdempotencyKey);
                return Task.CompletedTask;
            });
            await job.StepAsync("publish", (_, _) =>
            {
                published.Enqueue(done.Count);
                return Task.CompletedTask;
            });
        });
        var job = await engine.RunAsync(Load, 1);
        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(Enumerable.Range(0, 100).Select(number => $"{job.Id}/rows/{number}").Order(), done.Order());
        Assert.Equal(1, opened);
        Assert.Equal([100], published);
        var rows = Assert.Single(job.Streams);
        Assert.Equal((100L, 0L, true, 4), (rows.Done, rows.Quarantined, rows.Ended, rows.Partitions.Count));
        Assert.All(rows.Partitions, partition => Assert.Equal(JobState.Succeeded, partition.State));
        Assert.Equal(100, rows.Partitions.Sum(partition => partition.Done));
        Assert.Empty(job.Interruptions); // it waited, and was not interrupted
        Assert.Equal(1, job.Attempt); // and its waiting burnt no attempt
    }

    [Fact]
    public async Task Each_partition_opens_its_own_source_with_its_index()
    {
        var opened = new ConcurrentQueue<StreamPartition>();
        var done = new ConcurrentQueue<int>();
        await using var engine = await StartAsync(job => job.Stream("rows", partition =>
        {
            opened.Enqueue(partition);
            var (from, before) = partition.Share(0, 10);
            return Items.Of([.. Enumerable.Range((int)from, (int)(before - from))], key: number => $"{number}");
        }).ForEachBatchAsync(2, (items, _) =>
        {
            foreach (var item in items) done.Enqueue(item.Value);
            return Task.CompletedTask;
        }), partitions: 3);
        var job = await engine.RunAsync(Load, 1);
        Assert.Equal([new(0, 3), new(1, 3), new(2, 3)], opened.OrderBy(partition => partition.Index));
        Assert.Equal(Enumerable.Range(0, 10), done.Order());
        Assert.Equal((10L, 10L), (job.Streams[0].Done, job.Streams[0].Total));
    }

    [Fact]
    public async Task A_partition_that_fails_fails_the_job_by_name_and_a_retry_goes_on_from_its_checkpoint()
    {
        var (done, broken) = (new ConcurrentQueue<int>(), true);
        await using var engine = await StartAsync(job => job.Stream("rows", Numbers(40)).ForEachAsync((item, _) =>
        {
            if (item.Value == 17 && broken) throw new JobFaultException("the table has gone");
            done.Enqueue(item.Value);
            return Task.CompletedTask;
        }));
        var failed = await engine.RunAsync(Load, 1);
        Assert.Equal(JobState.Failed, failed.State);
        var culprit = Assert.Single(failed.Streams[0].Partitions, partition => partition.State == JobState.Failed);
        Assert.Contains($"1 of the 4 partitions of stream 'rows' have failed: {culprit.Partition + 1} of 4 (job {culprit.Job}): the table has gone", failed.Reason, StringComparison.Ordinal);
        broken = false;
        Assert.Equal(ControlResult.Done, await engine.Jobs.RetryAsync(failed.Id, Token));
        var job = await engine.UntilAsync(failed.Id, JobState.Succeeded);
        Assert.Equal(Enumerable.Range(0, 40), done.Order());
        Assert.Equal(40, job.Streams[0].Done);
    }

    [Fact]
    public async Task What_a_partition_sets_aside_is_replayed_from_the_job()
    {
        var (done, bad) = (new ConcurrentQueue<int>(), true);
        await using var engine = await StartAsync(job => job.Stream("rows", Numbers(20)).ForEachAsync((item, _) =>
        {
            if (item.Value is 3 or 11 && bad) throw new QuarantineItemException("no such plan");
            done.Enqueue(item.Value);
            return Task.CompletedTask;
        }));
        var job = await engine.RunAsync(Load, 1);
        Assert.Equal((JobState.Succeeded, 18L, 2L), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        var keys = new List<string>();
        await foreach (var item in engine.Jobs.QuarantinedAsync(job.Id, Token)) keys.Add(item.Key);
        Assert.Equal(["11", "3"], keys.Order(StringComparer.Ordinal));
        bad = false;
        var visit = Assert.Single(await engine.Jobs.ReplayQuarantineAsync(job.Id, cancellationToken: Token));
        await engine.Jobs.WaitAsync(visit, Token);
        var after = (await engine.Jobs.FindAsync(job.Id, Token))!;
        Assert.Equal((20L, 0L), (after.Streams[0].Done, after.Streams[0].Quarantined));
        Assert.Equal(Enumerable.Range(0, 20), done.Order());
    }

    [Fact]
    public async Task What_was_replayed_does_not_count_against_the_limit_of_a_partition_that_goes_on()
    {
        var broken = true;
        await using var engine = await StartAsync(
            job => job.Stream("rows", Numbers(40)).ForEachAsync((item, _) => broken || item.Value >= 38 ? throw new QuarantineItemException("no such plan") : Task.CompletedTask),
            partitions: 2, quarantineLimit: 2);
        var failed = await engine.RunAsync(Load, 1);
        Assert.Equal((JobState.Failed, 6L), (failed.State, failed.Streams[0].Quarantined)); // three each: one too many
        broken = false;
        var visit = Assert.Single(await engine.Jobs.ReplayQuarantineAsync(failed.Id, cancellationToken: Token));
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(visit, Token)).State);
        Assert.Equal(ControlResult.Done, await engine.Jobs.RetryAsync(failed.Id, Token));
        var job = await engine.UntilAsync(failed.Id, status => status.State is JobState.Succeeded or JobState.Failed);
        Assert.Equal((JobState.Succeeded, 38L, 2L), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
    }

    [Fact]
    public async Task What_is_given_to_commit_on_success_is_committed_once_and_by_no_visit()
    {
        var (committed, bad) = (0, true);
        await using var engine = await StartAsync(job =>
        {
            job.CommitOnSuccess((_, _) => Task.FromResult(Interlocked.Increment(ref committed)));
            return job.Stream("rows", Numbers(20)).ForEachAsync((item, _) => item.Value == 3 && bad ? throw new QuarantineItemException("no such plan") : Task.CompletedTask);
        });
        var job = await engine.RunAsync(Load, 1);
        Assert.Equal((JobState.Succeeded, 4, 1), (job.State, job.Streams[0].Partitions.Count, committed));
        bad = false;
        var visit = Assert.Single(await engine.Jobs.ReplayQuarantineAsync(job.Id, cancellationToken: Token));
        Assert.Equal((JobState.Succeeded, 1), ((await engine.Jobs.WaitAsync(visit, Token)).State, committed));
    }

    [Fact]
    public async Task A_job_that_is_asked_to_park_before_it_is_split_has_nobody_walk_its_partitions_until_it_is_woken()
    {
        var (asked, done) = (false, new ConcurrentQueue<int>());
        IJobClient? jobs = null;
        await using var engine = await StartAsync(async job =>
        {
            if (!asked) await jobs!.ParkAsync(job.Id, reason: "not now", cancellationToken: job.Stopping);
            asked = true;
            await job.Stream("rows", Numbers(8)).ForEachAsync((item, _) =>
            {
                done.Enqueue(item.Value);
                return Task.CompletedTask;
            });
        });
        jobs = engine.Jobs;
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        var parked = await engine.UntilAsync(id, JobState.Parked);
        Assert.Equal(("not now", 0), (parked.Reason, parked.Streams.Count));
        Assert.Equal(ControlResult.Done, await engine.Jobs.WakeAsync(id, Token));
        await engine.Jobs.WaitAsync(id, Token);
        Assert.Equal(Enumerable.Range(0, 8), done.Order());
    }

    [Theory]
    [InlineData(1, 3, 0)]
    [InlineData(3, 1, 3)]
    public async Task What_was_begun_goes_on_as_it_was_begun_whatever_the_options_say_by_now(int before, int now, int visits)
    {
        var store = new InMemoryJobStore(TimeProvider.System);
        var (done, goesOn) = (new ConcurrentQueue<int>(), new TaskCompletionSource());
        Task Handler(JobContext job) => job.Stream("rows", Numbers(30)).ForEachAsync(async (item, token) =>
        {
            if (item.Value > 20) await goesOn.Task.WaitAsync(job.Stopping);
            done.Enqueue(item.Value);
        });
        JobId id;
        await using (var first = await StartAsync(Handler, before, store.Connect()))
        {
            (id, _) = await first.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
            await first.UntilAsync(id, status => done.Count > 15 && status.Streams is [{ Done: > 0 }]);
        }
        goesOn.SetResult();
        await using var second = await StartAsync(Handler, now, store.Connect());
        var job = await second.UntilAsync(id, JobState.Succeeded);
        Assert.Equal((30L, visits), (job.Streams[0].Done, job.Streams[0].Partitions.Count));
        Assert.Equal(Enumerable.Range(0, 30), done.Order());
    }

    [Fact]
    public async Task Cancelling_the_job_stops_its_partitions()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = await StartAsync(job => job.Stream("rows", Numbers(8)).ForEachAsync((_, token) =>
        {
            begun.TrySetResult();
            return Task.Delay(Timeout.Infinite, token);
        }));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await begun.Task.WaitAsync(Token);
        var waiting = await engine.UntilAsync(id, JobState.Parked);
        Assert.Equal("waits for its partitions: 4 of stream 'rows'", waiting.Reason);
        Assert.Equal(ControlResult.OfPartition, await engine.Jobs.CancelAsync(waiting.Streams[0].Partitions[0].Job, cancellationToken: Token));
        Assert.Equal(ControlResult.Done, await engine.Jobs.CancelAsync(id, cancellationToken: Token));
        await engine.UntilAsync(id, status => status.Streams[0].Partitions.All(partition => partition.State == JobState.Cancelled));
    }

    [Fact]
    public void Every_key_falls_to_one_partition_the_same_in_every_release()
    {
        Assert.All(Enumerable.Range(0, 1_000), number => Assert.Single(Enumerable.Range(0, 7), index => new StreamPartition(index, 7).Has($"sim-{number}")));
        Assert.Equal([6, 5, 5, 3], new[] { "", "a", "8997701000000012345", "schlüssel" }.Select(key => Enumerable.Range(0, 8).Single(index => new StreamPartition(index, 8).Has(key))));
        var sizes = Enumerable.Range(0, 10_000).GroupBy(number => Enumerable.Range(0, 8).Single(index => new StreamPartition(index, 8).Has($"{number}"))).Select(group => group.Count()).ToList();
        Assert.All(sizes, size => Assert.InRange(size, 1_100, 1_400));
    }

    [Theory]
    [InlineData(0, 10, 3, "0-3 3-6 6-10")]
    [InlineData(0, 2, 3, "0-0 0-1 1-2")]
    [InlineData(long.MinValue, long.MaxValue, 2, "-9223372036854775808--1 -1-9223372036854775807")]
    public void Shares_follow_one_another_without_a_gap(long from, long before, int count, string shares) =>
        Assert.Equal(shares, string.Join(' ', Enumerable.Range(0, count).Select(index => new StreamPartition(index, count).Share(from, before)).Select(share => $"{share.From}-{share.Before}")));

    [Fact]
    public async Task So_many_partitions_as_cannot_be_are_refused_at_the_start()
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(_ => Task.CompletedTask, partitions: 257));
        Assert.Contains("Partitions is 257", refused.Message, StringComparison.Ordinal);
    }
}
