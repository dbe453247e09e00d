using System.Collections.Concurrent;
using Xunit;

namespace Tidemark.Tests.Running;

public sealed class BatchTests
{
    static readonly JobKey<int> Load = new("load");
    readonly ConcurrentQueue<int[]> calls = new();
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_whose_error_a_rule_wants_tried_again_is_tried_again_as_it_is()
    {
        var down = 3;
        var job = await RunAsync(10, rules => rules.OnException<TimeoutException>(_ => FaultDecision.Retry()), _ =>
        {
            if (down-- > 0) throw new TimeoutException("the other side is down");
        });

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(4, calls.Count);
        Assert.All(calls, batch => Assert.Equal(10, batch.Length));
        Assert.Equal((10, 30), (job.Streams[0].Done, job.Streams[0].Retried));
    }

    [Fact]
    public async Task A_batch_whose_error_no_rule_knows_is_taken_apart_until_the_bad_item_stands_alone()
    {
        var job = await RunAsync(16, _ => { }, batch =>
        {
            if (batch.Contains(5)) throw new InvalidOperationException("five is bad");
        });

        Assert.Equal((15, 1), (job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Equal([16, 8, 4, 2, 1], calls.Where(batch => batch.Contains(5)).Select(batch => batch.Length).Distinct());
        Assert.All(Enumerable.Range(0, 16).Where(item => item != 5), item => Assert.Single(calls, batch => batch.Contains(item) && !batch.Contains(5)));
    }

    [Fact]
    public async Task A_batch_that_a_rule_retried_in_vain_is_taken_apart_and_only_the_bad_item_is_set_aside()
    {
        var job = await RunAsync(8, rules => rules.OnException<TimeoutException>(_ => FaultDecision.Retry()), batch =>
        {
            if (batch.Contains(5)) throw new TimeoutException("five times out");
        });

        Assert.Equal((7, 1), (job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Equal([8, 8, 8, 8], calls.Take(4).Select(batch => batch.Length)); // once, and three retries
        Assert.Equal(1, calls.Count(batch => batch.Length == 4 && batch.Contains(5)));
    }

    [Fact]
    public async Task A_batch_that_parks_the_job_costs_nothing_and_is_done_after_it()
    {
        var parked = false;
        var opens = DateTimeOffset.FromUnixTimeSeconds(1_000_000_000);
        var job = await RunAsync(10, rules => rules.OnException<TimeoutException>(_ => FaultDecision.ParkUntil(opens, "closed for lunch")), _ =>
        {
            if (parked) return;
            parked = true;
            throw new TimeoutException("closed");
        });

        Assert.Equal(10, job.Streams[0].Done);
        var park = Assert.Single(job.Interruptions);
        Assert.Equal(("Park", 0L, true, opens), (park.Cause, park.Items, park.Exact, park.Until));
        Assert.Equal(2, calls.Count);
    }

    [Fact]
    public async Task A_batch_told_to_come_back_late_waits_on_the_list_and_the_others_go_on()
    {
        var late = true;
        var job = await RunAsync(20, rules => rules.OnException<TimeoutException>(_ => FaultDecision.Retry(TimeSpan.FromMilliseconds(300))), batch =>
        {
            if (!late || !batch.Contains(0)) return;
            late = false;
            throw new TimeoutException("come back later");
        }, size: 10, options => options.MaxWaitInPlace = TimeSpan.FromMilliseconds(100));

        Assert.Equal((20, 10), (job.Streams[0].Done, job.Streams[0].Retried));
        Assert.Equal([0, 10, 0], calls.Take(3).Select(batch => batch.Min()));
        Assert.Equal(Enumerable.Range(0, 10), calls.Skip(2).SelectMany(batch => batch).Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task What_was_tried_again_is_in_flight_once(int size)
    {
        var down = 2;
        long? atEnd = null;
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy(async (int n, JobContext job, IJobClient jobs) => await job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}"))
                .ForEachBatchAsync(size, async (batch, _) =>
                {
                    if (down-- > 0) throw new TimeoutException("the other side is down");
                    if (batch.Any(item => item.Value == n - 1)) atEnd = (await jobs.FindAsync(job.Id))!.Streams.SingleOrDefault()?.StopNow?.Items;
                }))
            .OnException<TimeoutException>(_ => FaultDecision.Retry())
            .Stream("items", options =>
            {
                options.ResumeCost = ResumeCost.AtMost(20);
                options.Retry = new() { MaxRetries = 3, BaseDelay = TimeSpan.FromMilliseconds(1) };
            }));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 40, cancellationToken: Token);

        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(id, Token)).State);
        Assert.InRange(atEnd!.Value, 1, 20);
    }

    async Task<JobStatus> RunAsync(int items, Action<JobBuilder<int>> rules, Action<int[]> handle, int? size = null, Action<StreamOptions>? configure = null)
    {
        await using var engine = await EngineHost.StartAsync(tidemark => rules(tidemark.AddJob(Load)
            .HandledBy(async (int n, JobContext job) => await job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}"))
                .ForEachBatchAsync(size ?? n, (batch, _) =>
                {
                    var values = batch.Select(item => item.Value).ToArray();
                    calls.Enqueue(values);
                    handle(values);
                    return Task.CompletedTask;
                }))
            .Stream("items", options =>
            {
                options.ResumeCost = ResumeCost.AtMost(items);
                options.Retry = new() { MaxRetries = 3, BaseDelay = TimeSpan.FromMilliseconds(1) };
                configure?.Invoke(options);
            })));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, items, cancellationToken: Token);
        await engine.Jobs.WaitAsync(id, Token);
        return (await engine.Jobs.FindAsync(id))!;
    }
}
