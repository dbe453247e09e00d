using Tidemark.Storage;
using Xunit;

namespace Tidemark.Tests.Running.Streams;

/// <summary>What speaks for a systemic fault and what does not: items that really are bad never hold a stream for ever.</summary>
public sealed class BreakerEvidenceTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Items_that_are_said_to_be_bad_are_quarantined_and_trip_nothing(bool byRule)
    {
        await using var engine = await StartAsync(item => item is >= 4 and < 9
            ? throw (byRule ? new FormatException("malformed record") : new QuarantineItemException("malformed record"))
            : Task.CompletedTask, 20, job => job.OnException<FormatException>(_ => FaultDecision.Quarantine));
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        var job = await engine.UntilAsync(id, job => job.State is JobState.Parked or JobState.Succeeded).WaitAsync(StreamHost.Soon, Token);

        Assert.Equal((JobState.Succeeded, 15, 5), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
    }

    [Fact]
    public async Task Bad_items_alike_trip_it_once_and_are_quarantined_once_a_canary_has_shown_that_the_others_go()
    {
        await using var engine = await StartAsync(item => item is >= 4 and < 9 ? throw new InvalidOperationException("no such customer") : Task.CompletedTask, 60);
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        var job = await engine.UntilAsync(id, JobState.Parked).WaitAsync(StreamHost.Soon, Token);
        for (var wakes = 0; job.State == JobState.Parked && wakes < 10; wakes++) job = await engine.WakeAsync(id);

        Assert.Equal((JobState.Succeeded, 55, 5), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
    }

    [Fact]
    public async Task Canaries_that_say_nothing_of_the_others_count_against_the_bound()
    {
        const int Bound = 5;
        var (down, unsaved, most) = (true, 0, 0);
        var store = new InterceptedStore((method, _) =>
        {
            if (method == nameof(IJobStore.CheckpointAsync)) Interlocked.Exchange(ref unsaved, 0);
            return null;
        });
        await using var engine = await StreamHost.StartAsync(stream => stream.ForEachAsync((_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref unsaved));
            throw down ? new TimeoutException("down") : new FormatException("not found");
        }), 200, options => (options.Retry, options.Breaker, options.ResumeCost) = (RetryPolicy.None, Breaker(canaries: 10), ResumeCost.AtMost(Bound)),
            job => job.OnException<FormatException>(_ => FaultDecision.Quarantine), store);
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        await engine.UntilAsync(id, JobState.Parked).WaitAsync(StreamHost.Soon, Token);
        down = false;
        var job = await engine.WakeAsync(id);

        Assert.Equal((JobState.Succeeded, 200), (job.State, job.Streams[0].Quarantined));
        Assert.InRange(most, 1, Bound);
    }

    [Fact]
    public async Task The_pause_doubles_with_each_single_try_that_fails_and_stays_at_its_ceiling()
    {
        await using var engine = await StreamHost.StartAsync(stream => stream.ForEachAsync((_, _) => throw new TimeoutException("down")), 50,
            options => (options.Retry, options.Breaker) = (RetryPolicy.None, Breaker(canaries: 10, ceiling: 3)));
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        var job = await engine.UntilAsync(id, JobState.Parked).WaitAsync(StreamHost.Soon, Token);
        for (var wakes = 0; wakes < 3; wakes++) job = await engine.WakeAsync(id);

        // Rounded, for between the fault and its line in the ledger lies the write.
        Assert.Equal([1, 2, 3, 3], job.Interruptions.Select(line => (int)Math.Round((line.Until!.Value - line.At).TotalMinutes)));
    }

    [Theory]
    [InlineData("batch")]
    [InlineData("commit")]
    public async Task Over_batches_and_effects_too_one_item_is_tried_a_wake_and_enough_failures_fail_the_job(string how)
    {
        var sizes = new List<int>();
        await using var engine = await StartAsync(how, batch =>
        {
            sizes.Add(batch.Count);
            throw new TimeoutException("down");
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        var tripped = await engine.UntilAsync(id, JobState.Parked).WaitAsync(StreamHost.Soon, Token);
        sizes.Clear();
        var first = await engine.WakeAsync(id);
        Assert.Equal(JobState.Parked, first.State);
        Assert.Contains("single try 1 of 2", first.Reason, StringComparison.Ordinal);
        Assert.True(first.DueAt > tripped.DueAt, $"the pause grows: {tripped.DueAt} → {first.DueAt}");
        var second = await engine.WakeAsync(id);

        Assert.Equal(JobState.Failed, second.State);
        Assert.Equal([1, 1], sizes);
    }

    [Theory]
    [InlineData("batch")]
    [InlineData("commit")]
    public async Task Over_batches_and_effects_too_one_item_that_succeeds_closes_it_and_every_item_is_done_once(string how)
    {
        var down = true;
        var done = new List<int>();
        await using var engine = await StartAsync(how, batch =>
        {
            if (down) throw new TimeoutException("down");
            done.AddRange(batch.Select(item => item.Value));
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        await engine.UntilAsync(id, JobState.Parked).WaitAsync(StreamHost.Soon, Token);
        down = false;
        var job = await engine.WakeAsync(id);

        Assert.Equal((JobState.Succeeded, 50, 0), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Equal(Enumerable.Range(0, 50), done.Order());
    }

    static Task<EngineHost> StartAsync(Func<int, Task> handle, int items, Action<JobBuilder<int>>? rules = null) =>
        StreamHost.StartAsync(stream => stream.ForEachAsync((item, _) => handle(item.Value)), items, options =>
        {
            options.Retry = new() { MaxRetries = 1, BaseDelay = TimeSpan.Zero };
            options.Breaker = Breaker(canaries: 10);
        }, rules);

    static Task<EngineHost> StartAsync(string how, Action<IReadOnlyList<StreamItem<int>>> handle) =>
        StreamHost.StartAsync(stream => how == "batch"
            ? stream.ForEachBatchAsync(5, (batch, _) =>
            {
                handle(batch);
                return Task.CompletedTask;
            })
            : stream.CommitAsync((batch, _, _) =>
            {
                handle(batch);
                return Task.CompletedTask;
            }), 50, options => (options.Retry, options.Breaker) = (RetryPolicy.None, Breaker(canaries: 2)));

    static BreakerOptions Breaker(int canaries, int ceiling = 60) =>
        new() { Failures = 3, Window = 6, Pause = TimeSpan.FromMinutes(1), PauseCeiling = TimeSpan.FromMinutes(ceiling), MaxCanaries = canaries };
}
