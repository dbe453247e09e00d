using System.Collections.Concurrent;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

public sealed class EnqueueingTests
{
    static readonly JobKey<string> Sync = new("sync");
    readonly ConcurrentQueue<string> ran = new();
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_key_is_one_job_until_it_settles_and_is_free_after_that()
    {
        await using var engine = await StartAsync();
        var options = new EnqueueOptions { Dedup = Dedup.Key("ncell"), DueAt = DateTimeOffset.UtcNow.AddHours(1) };
        var first = await engine.Jobs.EnqueueAsync(Sync, "a", options, Token);
        var again = await engine.Jobs.EnqueueAsync(Sync, "a", options, Token);
        Assert.Equal((true, false, first.Id), (first.Created, again.Created, again.Id));

        await engine.Jobs.WakeAsync(first.Id, Token);
        await engine.Jobs.WaitAsync(first.Id, Token);
        Assert.True((await engine.Jobs.EnqueueAsync(Sync, "a", options, Token)).Created);
    }

    [Fact]
    public async Task A_key_held_for_a_time_or_for_ever_is_held_by_a_finished_job_too()
    {
        await using var engine = await StartAsync();
        foreach (var dedup in new[] { Dedup.Key("day").For(TimeSpan.FromHours(24)), Dedup.Key("ever").ForEver() })
        {
            var first = await engine.Jobs.EnqueueAsync(Sync, "a", new() { Dedup = dedup }, Token);
            await engine.Jobs.WaitAsync(first.Id, Token);
            Assert.Equal(new(first.Id, false), await engine.Jobs.EnqueueAsync(Sync, "a", new() { Dedup = dedup }, Token));
        }
    }

    [Fact]
    public async Task The_same_key_with_other_arguments_is_an_error_that_names_key_holder_and_remedy()
    {
        await using var engine = await StartAsync();
        var (holder, _) = await engine.Jobs.EnqueueAsync(Sync, "a", new() { Dedup = Dedup.Key("ncell").ForEver() }, Token);
        var conflict = await Assert.ThrowsAsync<DedupConflictException>(() => engine.Jobs.EnqueueAsync(Sync, "b", new() { Dedup = Dedup.Key("ncell").ForEver() }, Token));

        Assert.Equal(holder, conflict.Holder);
        Assert.Equal($"The dedup key 'ncell' of 'sync' is held by job {holder} with other arguments; nothing was enqueued. Use another key, or the same arguments.", conflict.Message);
    }

    [Fact]
    public async Task What_fails_in_the_middle_of_many_leaves_whole_pieces_and_nothing_under_way()
    {
        await using var engine = await StartAsync();
        IEnumerable<string> Broken()
        {
            for (var i = 0; i < 2_500; i++) yield return i < 2_400 ? $"{i}" : throw new InvalidDataException("the file ends here");
        }
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => engine.Jobs.EnqueueManyAsync(Sync, Broken(), cancellationToken: Token));

        Assert.Equal("the file ends here", fault.Message);
        Assert.Equal(2_001, (await engine.Jobs.EnqueueAsync(Sync, "the next", cancellationToken: Token)).Id.Value);
    }

    [Fact]
    public async Task Due_jobs_start_by_priority_and_a_minute_of_waiting_counts_as_one_step_of_it()
    {
        await using var engine = await StartAsync(tidemark => tidemark.Queue("default", 1));
        await engine.Jobs.PauseQueueAsync("default", cancellationToken: Token);
        var now = DateTimeOffset.UtcNow;
        await engine.Jobs.EnqueueAsync(Sync, "plain", cancellationToken: Token);
        await engine.Jobs.EnqueueAsync(Sync, "urgent", new() { Priority = 10 }, Token);
        await engine.Jobs.EnqueueAsync(Sync, "idle", new() { Priority = -10 }, Token);
        await engine.Jobs.EnqueueAsync(Sync, "waited 20 minutes", new() { DueAt = now.AddMinutes(-20) }, Token);
        await engine.Jobs.EnqueueAsync(Sync, "waited 5 minutes", new() { DueAt = now.AddMinutes(-5) }, Token);
        var (last, _) = await engine.Jobs.EnqueueAsync(Sync, "last", new() { Priority = -20 }, Token);
        await engine.Jobs.ResumeQueueAsync("default", cancellationToken: Token);
        await engine.Jobs.WaitAsync(last, Token);

        Assert.Equal(["waited 20 minutes", "urgent", "waited 5 minutes", "plain", "idle", "last"], ran);
    }

    [Fact]
    public async Task A_job_due_later_starts_when_its_time_comes_and_not_before()
    {
        await using var engine = await StartAsync();
        var due = DateTimeOffset.UtcNow.AddMilliseconds(300);
        var started = DateTimeOffset.MinValue;
        await using var other = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Sync).HandledBy((string _) => { started = DateTimeOffset.UtcNow; }));
        var (id, _) = await other.Jobs.EnqueueAsync(Sync, "a", new() { DueAt = due }, Token);
        await other.Jobs.WaitAsync(id, Token);

        Assert.True(started.ToUnixTimeMilliseconds() >= due.ToUnixTimeMilliseconds(), $"Due at {due:O}, started at {started:O}.");
    }

    [Fact]
    public async Task Many_jobs_are_accepted_in_pieces_and_all_of_them_run_once()
    {
        await using var engine = await StartAsync();
        Assert.Equal(2_500, await engine.Jobs.EnqueueManyAsync(Sync, Enumerable.Range(0, 2_500).Select(i => $"{i}"), new() { Tags = ["bulk"] }, Token));
        var (last, _) = await engine.Jobs.EnqueueAsync(Sync, "last", new() { Priority = -100 }, Token);
        await engine.Jobs.WaitAsync(last, Token);
        while (ran.Count < 2_501) await Task.Delay(5, Token);

        Assert.Equal(2_501, ran.Distinct().Count());
    }

    [Fact]
    public async Task Bad_requests_are_refused_with_value_and_remedy_and_nothing_is_enqueued()
    {
        await using var engine = await StartAsync(tidemark => tidemark.Options.MaxPayloadBytes = 2_000);
        (EnqueueOptions Options, string Args, string Says)[] bad =
        [
            (new() { Priority = 101 }, "a", "The priority is 101. Use -100 to 100"),
            (new() { Queue = "no spaces" }, "a", "The queue name 'no spaces' has the character ' ' at position 2"),
            (new() { Tags = ["a,b"] }, "a", "The tag 'a,b' has the character ',' at position 1"),
            (new() { Tags = [.. Enumerable.Range(0, 17).Select(i => $"{i}")] }, "a", "17 tags were given. Use at most 16."),
            (new(), new string('x', 3_000), "The arguments of 'sync' takes 3,002 bytes as JSON; the limit is 2,000."),
        ];
        foreach (var (options, args, says) in bad)
        {
            var error = await Assert.ThrowsAnyAsync<ArgumentException>(() => engine.Jobs.EnqueueAsync(Sync, args, options, Token));
            Assert.StartsWith(says, error.Message, StringComparison.Ordinal);
        }
        await Assert.ThrowsAsync<ArgumentException>(() => engine.Jobs.EnqueueManyAsync(Sync, ["a"], new() { Dedup = Dedup.Key("k") }, Token));
        var (only, _) = await engine.Jobs.EnqueueAsync(Sync, "good", cancellationToken: Token);
        await engine.Jobs.WaitAsync(only, Token);
        Assert.Equal(["good"], ran);
        Assert.Equal(new JobId(1), only);
    }

    [Fact]
    public async Task A_job_that_nobody_here_knows_stays_untouched()
    {
        await using var engine = await StartAsync();
        var (unknown, _) = await engine.Jobs.EnqueueAsync(new JobKey<string>("of-a-later-release"), "a", cancellationToken: Token);
        await engine.RunAsync(Sync, "known");

        var job = (await engine.Jobs.FindAsync(unknown, Token))!;
        Assert.Equal((JobState.Pending, 0, null), (job.State, job.Attempt, job.Error));
    }

    [Fact]
    public async Task A_paused_queue_starts_nothing_and_other_queues_go_on_until_it_is_resumed()
    {
        await using var engine = await StartAsync(tidemark => tidemark.Queue("default", 2).Queue("night", 2));
        await engine.Jobs.PauseQueueAsync("night", "the carrier asked for it", cancellationToken: Token);
        var (waits, _) = await engine.Jobs.EnqueueAsync(Sync, "night", new() { Queue = "night" }, Token);
        await engine.RunAsync(Sync, "day");
        Assert.Equal(JobState.Pending, (await engine.Jobs.FindAsync(waits, Token))!.State);

        await engine.Jobs.ResumeQueueAsync("night", cancellationToken: Token);
        await engine.Jobs.WaitAsync(waits, Token);
        Assert.Equal(["day", "night"], ran);
    }

    Task<EngineHost> StartAsync(Action<TidemarkBuilder>? configure = null) => EngineHost.StartAsync(tidemark =>
    {
        tidemark.AddJob(Sync).HandledBy((string name) => { ran.Enqueue(name); });
        configure?.Invoke(tidemark);
    });
}
