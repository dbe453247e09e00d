using Tidemark.Storage;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>Rules and errors that are themselves at fault, and answers at the edge of what can be answered.</summary>
public sealed class FaultRuleTests
{
    static readonly JobKey<int> Load = new("load");
    static readonly JobKey<int> Other = new("other");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rule_that_throws_fails_the_job_naming_the_rule_and_costs_no_slot()
    {
        await using var engine = await StartAsync(void (int _) => throw new InvalidOperationException("bad"), job => job.OnException<InvalidOperationException>(_ => throw new FormatException("in the rule")));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal(JobState.Failed, job.State);
        Assert.Equal("The rule for InvalidOperationException threw FormatException: in the rule. Mend what was given to OnException; nothing else decides about this error.", job.Reason);
        Assert.Contains("InvalidOperationException: bad", job.Error, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, (await engine.RunAsync(Other, 1)).State); // by the only slot
    }

    [Fact]
    public async Task A_rule_that_throws_over_an_item_fails_the_job_and_sets_no_item_aside()
    {
        await using var engine = await StartAsync((int _, JobContext job) => job.Stream("items", Items.Of([1, 2, 3], i => $"{i}")).ForEachAsync((_, _) => throw new InvalidOperationException("bad")),
            job => job.OnException<InvalidOperationException>(_ => throw new FormatException("in the rule")));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal((JobState.Failed, 0), (job.State, job.Streams.Sum(stream => stream.Quarantined)));
        Assert.StartsWith("The rule for InvalidOperationException threw", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_whose_message_throws_is_a_failure_like_any_other()
    {
        var tries = 0;
        await using var engine = await StartAsync(void (int _) =>
        {
            if (++tries == 1) throw new Unreadable();
        }, job => job.Retry(new() { MaxRetries = 1, BaseDelay = TimeSpan.Zero }));

        Assert.Equal((JobState.Succeeded, 2), ((await engine.RunAsync(Load, 1)).State, tries));
    }

    [Fact]
    public async Task An_item_whose_errors_message_throws_is_set_aside_like_any_other()
    {
        await using var engine = await StartAsync((int _, JobContext job) => job.Stream("items", Items.Of([1, 2, 3], i => $"{i}")).ForEachAsync((item, _) =>
            item.Value == 2 ? throw new Unreadable() : Task.CompletedTask), job => job.Retry(RetryPolicy.None));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal((JobState.Succeeded, 2, 1), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Contains(nameof(Unreadable), (await engine.Jobs.QuarantinedAsync(job.Id, Token).SingleAsync(Token)).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-5_000)]
    public async Task A_retry_after_an_instant_already_past_is_a_retry_at_once(int milliseconds)
    {
        var calls = 0;
        await using var engine = await StartAsync((int _, JobContext job) => job.Stream("items", Items.Of([1, 2, 3], i => $"{i}")).ForEachAsync((_, _) =>
            ++calls == 1 ? throw new TimeoutException() : Task.CompletedTask), job => job.OnException<TimeoutException>(_ => FaultDecision.Retry(TimeSpan.FromMilliseconds(milliseconds))));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal((JobState.Succeeded, null, 4), (job.State, job.Error, calls));
    }

    [Fact]
    public async Task A_retry_of_an_item_after_for_ever_puts_it_on_the_list_and_parks_the_job()
    {
        await using var engine = await StartAsync((int _, JobContext job) => job.Stream("items", Items.Of([1, 2, 3], i => $"{i}")).ForEachAsync((item, _) =>
            item.Value == 1 ? throw new TimeoutException() : Task.CompletedTask), job => job.OnException<TimeoutException>(_ => FaultDecision.Retry(TimeSpan.MaxValue)));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        var job = await engine.UntilAsync(id, status => status.State is JobState.Parked or JobState.Failed);

        Assert.Equal((JobState.Parked, 2), (job.State, job.Streams[0].Done));
    }

    [Fact]
    public async Task A_retry_in_sixty_days_is_waited_for_beside_an_item_in_flight()
    {
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var engine = await StartAsync((int _, JobContext job) => job.Stream("items", Items.Of([1, 2], i => $"{i}"))
            .ForEachAsync((item, _) =>
            {
                if (item.Value == 1) throw new TimeoutException();
                reached.SetResult();
                return release.Task;
            }), job => job.OnException<TimeoutException>(_ => FaultDecision.Retry(TimeSpan.FromDays(60))), options => options.Concurrency = 2);
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await reached.Task.WaitAsync(Token);
        await engine.UntilAsync(id, status => status.Streams is [{ LastFailure: not null }]); // item 1 is on the list: the other lane waits for it
        release.SetResult();
        var job = await engine.UntilAsync(id, status => status.State is JobState.Parked or JobState.Failed);

        Assert.Equal((JobState.Parked, null), (job.State, job.Error));
    }

    [Fact]
    public async Task A_retry_of_a_job_after_for_ever_is_kept_as_the_longest_there_is()
    {
        await using var engine = await StartAsync(void (int _) => throw new TimeoutException(), job => job.OnException<TimeoutException>(_ => FaultDecision.Retry(TimeSpan.MaxValue)));
        var before = DateTimeOffset.UtcNow;
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        var job = await engine.UntilAsync(id, status => status is { State: not JobState.Running, Error: not null });

        Assert.Equal(JobState.Pending, job.State);
        Assert.InRange(job.DueAt!.Value, before.AddDays(364), before.AddDays(366));
    }

    [Fact]
    public async Task A_park_for_an_instant_already_past_does_not_spin()
    {
        var starts = 0;
        await using var engine = await StartAsync(void (int _) =>
        {
            if (Interlocked.Increment(ref starts) == 1) throw new TimeoutException();
        }, job => job.OnException<TimeoutException>(_ => FaultDecision.ParkUntil(DateTimeOffset.UtcNow.AddSeconds(-1), "quota")));
        var before = DateTimeOffset.UtcNow;
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal((JobState.Succeeded, 2), (job.State, starts));
        Assert.InRange(DateTimeOffset.UtcNow - before, StoreLaw.LeastPark, TimeSpan.MaxValue); // it did not start again at once
    }

    [Fact]
    public async Task A_message_of_five_megabytes_is_kept_short_in_reason_and_ledger()
    {
        await using var engine = await StartAsync(void (int n) => throw (n == 0 ? Park.UntilWoken(new string('x', 5_000_000)) : new JobFaultException(new string('x', 5_000_000))));
        Assert.InRange((await engine.RunAsync(Load, 1)).Reason!.Length, 1, 10_000);
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 0, cancellationToken: Token);
        var job = await engine.UntilAsync(id, JobState.Parked);

        Assert.InRange(job.Reason!.Length, 1, 10_000);
        Assert.InRange(Assert.Single(job.Interruptions).Detail.Length, 1, 10_000);
    }

    sealed class Unreadable : Exception
    {
        public override string Message => throw new InvalidOperationException("no message");
    }

    static Task<EngineHost> StartAsync(Delegate handler, Action<JobBuilder<int>>? job = null, Action<StreamOptions>? stream = null) => EngineHost.StartAsync(tidemark =>
    {
        tidemark.Options.Slots = 1;
        var load = tidemark.AddJob(Load).HandledBy(handler).Stream("items", options =>
        {
            options.Retry = RetryPolicy.None with { MaxRetries = 1 };
            stream?.Invoke(options);
        });
        job?.Invoke(load);
        tidemark.AddJob(Other).HandledBy((int _) => { });
    });
}
