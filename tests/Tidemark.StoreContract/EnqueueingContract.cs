using System.Data;
using System.Data.Common;
using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Lifecycle;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class EnqueueingContract : Contract
{
    [Fact]
    public async Task An_accepted_job_reads_back_as_it_was_asked_for()
    {
        var parent = await EnqueueAsync();
        var now = await NowAsync();
        var id = await EnqueueAsync(new()
        {
            Name = "import",
            Queue = "slow",
            Arguments = Given.Json("{ \"carrier\" : \"ncell\" }"),
            Priority = -7,
            DueAt = new DateTimeOffset(2026, 4, 1, 5, 45, 0, TimeSpan.FromMinutes(345)).AddTicks(9_999),
            Tags = ",a,b,",
            Dedup = Given.Key("ncell"),
            Parent = parent,
            Visit = new() { Stream = "pages", Kind = VisitKind.Partition },
        });
        Same.As(new()
        {
            Job = new()
            {
                Id = id,
                Name = "import",
                Queue = "slow",
                State = JobState.Pending,
                Priority = -7,
                Attempt = 0,
                Failures = 0,
                Crashes = 0,
                IsSuspect = false,
                CreatedAt = now,
                DueAt = new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero),
                StartedAt = null,
                FinishedAt = null,
                Worker = null,
                Reason = null,
                Tags = ",a,b,",
                Parent = parent,
            },
            Arguments = Given.Json("{ \"carrier\" : \"ncell\" }"),
            Result = null,
            Error = null,
            Steps = [],
            Streams = [],
            Interruptions = [],
            Log = [],
            Audit = [],
            Visits = [],
            Asked = null,
        }, await DetailsAsync(id));
        Assert.Equal([id], (await DetailsAsync(parent)).Visits);
    }

    [Fact]
    public async Task Ids_are_positive_and_grow_in_the_order_of_acceptance()
    {
        var ids = await EnqueueAsync(5);
        Assert.True(ids[0].Value > 0);
        Assert.Equal(ids.Order(Comparer<JobId>.Create((a, b) => a.Value.CompareTo(b.Value))), ids);
        Assert.Equal(5, ids.Distinct().Count());
        Assert.True((await EnqueueAsync()).Value > ids[^1].Value);
    }

    [Fact]
    public async Task A_job_without_a_due_time_is_due_now_to_the_millisecond()
    {
        var id = await EnqueueAsync();
        var job = await ReadAsync(id);
        Assert.Equal(await NowAsync(), job.DueAt);
        Assert.Equal(0, job.DueAt!.Value.Ticks % TimeSpan.TicksPerMillisecond);
        Assert.Equal([id], await ClaimIdsAsync(await RegisterAsync()));
    }

    [Fact]
    public async Task Arguments_stay_byte_identical_although_caller_and_handler_reuse_their_buffers()
    {
        var buffer = Given.Json("{\"n\":1}");
        var id = await EnqueueAsync(Given.Job with { Arguments = buffer });
        buffer[5] = (byte)'2';
        var claimed = Assert.Single(await ClaimAsync(await RegisterAsync()));
        Assert.Equal(Given.Json("{\"n\":1}"), claimed.Arguments);
        claimed.Arguments[5] = (byte)'3';
        Assert.Equal(Given.Json("{\"n\":1}"), (await DetailsAsync(id)).Arguments);
    }

    [Fact]
    public async Task A_batch_answers_in_order_and_takes_jobs_of_many_names_and_queues()
    {
        var replies = await Store.EnqueueAsync([Given.Job, Given.Job with { Name = "other" }, Given.Job with { Queue = "slow" }], null);
        Assert.All(replies, reply => Assert.Equal(EnqueueVerdict.Created, reply.Verdict));
        Assert.Equal((Given.Name, "other"), ((await ReadAsync(replies[0].Id)).Name, (await ReadAsync(replies[1].Id)).Name));
        Assert.Equal("slow", (await ReadAsync(replies[2].Id)).Queue);
        Assert.Empty(await Store.EnqueueAsync([], null));
    }

    [Fact]
    public async Task A_transaction_that_the_store_cannot_write_in_is_refused()
    {
        using var foreign = new ForeignTransaction();
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.EnqueueAsync([Given.Job], foreign));
        Assert.Empty((await Store.ListJobsAsync(new())).Jobs);
    }

    [Fact]
    public Task A_job_due_now_is_hinted_at() => HintedAsync(() => EnqueueAsync());

    [Fact]
    public async Task A_held_key_answers_with_its_holder()
    {
        var job = Given.Job with { Dedup = Given.Key("k") };
        var first = await AskForAsync(job);
        Assert.Equal(EnqueueVerdict.Created, first.Verdict);
        Assert.Equal(new EnqueueReply(first.Id, EnqueueVerdict.Existing), await AskForAsync(job));
        Assert.Single((await Store.ListJobsAsync(new())).Jobs);
    }

    [Fact]
    public async Task A_key_belongs_to_one_job_name()
    {
        var first = await AskForAsync(Given.Job with { Dedup = Given.Key("k") });
        var other = await AskForAsync(Given.Job with { Name = "other", Dedup = Given.Key("k") });
        Assert.Equal(EnqueueVerdict.Created, other.Verdict);
        Assert.NotEqual(first.Id, other.Id);
    }

    [Fact]
    public async Task The_same_key_with_other_arguments_is_a_conflict_and_nothing_of_the_batch_is_accepted()
    {
        var holder = await EnqueueAsync(Given.Job with { Dedup = Given.Key("k") });
        var fresh = Given.Job with { Dedup = Given.Key("fresh") };
        var replies = await Store.EnqueueAsync([Given.Job, fresh, Given.Job with { Dedup = Given.Key("k", hash: "fedcba9876543210") }, Given.Job], null);
        Assert.Equal(new EnqueueReply(holder, EnqueueVerdict.Conflict), replies[2]);
        Assert.DoesNotContain(replies, reply => reply.Verdict == EnqueueVerdict.Created && reply.Id != default);
        Assert.Equal([holder], (await Store.ListJobsAsync(new())).Jobs.Select(job => job.Id));
        Assert.Equal(EnqueueVerdict.Created, (await AskForAsync(fresh)).Verdict);
    }

    [Fact]
    public async Task Siblings_of_one_batch_share_a_key_or_conflict_over_it()
    {
        var job = Given.Job with { Dedup = Given.Key("k") };
        var replies = await Store.EnqueueAsync([job, Given.Job, job], null);
        Assert.Equal([EnqueueVerdict.Created, EnqueueVerdict.Created, EnqueueVerdict.Existing], replies.Select(reply => reply.Verdict));
        Assert.Equal(replies[0].Id, replies[2].Id);

        var other = Given.Job with { Dedup = Given.Key("l") };
        replies = await Store.EnqueueAsync([other, other with { Dedup = Given.Key("l", hash: "fedcba9876543210") }], null);
        Assert.Equal(EnqueueVerdict.Conflict, replies[1].Verdict);
        Assert.Equal(2, (await Store.ListJobsAsync(new())).Jobs.Length);
    }

    [Theory]
    [InlineData(nameof(JobEvent.Succeed), true)]
    [InlineData(nameof(JobEvent.Cancel), true)]
    [InlineData(nameof(JobEvent.Fail), false)]
    [InlineData(nameof(JobEvent.Park), false)]
    [InlineData(nameof(JobEvent.Retry), false)]
    public async Task A_key_until_settled_is_freed_by_a_terminal_end_only(string happened, bool freed)
    {
        var job = Given.Job with { Dedup = Given.Key("k") };
        var held = await RunAsync(job);
        Assert.Equal("k", held.Job.DedupKey);
        await held.SettleAsync(Enum.Parse<JobEvent>(happened));
        var again = await AskForAsync(job);
        Assert.Equal(freed ? EnqueueVerdict.Created : EnqueueVerdict.Existing, again.Verdict);
        Assert.Equal(freed, again.Id != held.Id);
    }

    [Fact]
    public async Task Cancelling_or_discarding_a_job_that_does_not_run_frees_its_key()
    {
        var job = Given.Job with { Dedup = Given.Key("k") };
        await ControlAsync(await EnqueueAsync(job), ControlAction.Cancel);
        var held = await RunAsync(job);
        await held.SettleAsync(JobEvent.Fail);
        await ControlAsync(held.Id, ControlAction.Discard);
        Assert.Equal(EnqueueVerdict.Created, (await AskForAsync(job)).Verdict);
    }

    [Fact]
    public async Task A_repeated_settlement_does_not_free_the_key_that_another_job_holds_by_now()
    {
        var job = Given.Job with { Dedup = Given.Key("k") };
        var held = await RunAsync(job);
        await held.SettleAsync(JobEvent.Succeed);
        var second = await EnqueueAsync(job);
        await held.SettleAsync(JobEvent.Succeed);
        Assert.Equal(new EnqueueReply(second, EnqueueVerdict.Existing), await AskForAsync(job));
    }

    [Fact]
    public async Task A_key_for_a_duration_is_held_until_exactly_then_whatever_its_job_does()
    {
        var job = Given.Job with { Dedup = Given.Key("k", DedupScope.ForDuration, TimeSpan.FromSeconds(60)) };
        var held = await RunAsync(job);
        Assert.Null(held.Job.DedupKey);
        await held.SettleAsync(JobEvent.Succeed);
        await PassAsync(59.999);
        // The holder's scope rules, whatever is asked for now.
        Assert.Equal(new EnqueueReply(held.Id, EnqueueVerdict.Existing), await AskForAsync(job with { Dedup = Given.Key("k") }));
        await PassAsync(0.001);
        var next = await AskForAsync(job);
        Assert.Equal(EnqueueVerdict.Created, next.Verdict);
        await PassAsync(59);
        Assert.Equal(new EnqueueReply(next.Id, EnqueueVerdict.Existing), await AskForAsync(job));
    }

    [Fact]
    public async Task A_key_for_ever_outlives_its_job_and_its_history()
    {
        var job = Given.Job with { Dedup = Given.Key("k", DedupScope.ForEver) };
        var held = await RunAsync(job);
        Assert.Null(held.Job.DedupKey);
        await held.SettleAsync(JobEvent.Succeed);
        await PassAsync(TimeSpan.FromDays(4_000));
        Assert.False(await Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromDays(1), Limit = 100 }));
        Assert.Null(await Store.GetJobAsync(held.Id));
        Assert.Equal(new EnqueueReply(held.Id, EnqueueVerdict.Existing), await AskForAsync(job));
    }

    [Fact]
    public async Task Racers_for_one_key_are_told_one_id()
    {
        var racers = await Task.WhenAll(Enumerable.Range(0, 200).Select(racer => Task.Run(
            () => AskForAsync(Given.Job with { Dedup = Given.Key($"k{racer % 10}") }), TestContext.Current.CancellationToken)));
        Assert.Equal(10, racers.Count(reply => reply.Verdict == EnqueueVerdict.Created));
        Assert.Equal(10, racers.Select(reply => reply.Id).Distinct().Count());
        Assert.Equal(10, (await Store.ListJobsAsync(new() { Limit = 1_000 })).Jobs.Length);
    }

    sealed class ForeignTransaction : DbTransaction
    {
        public override IsolationLevel IsolationLevel => IsolationLevel.Serializable;
        protected override DbConnection? DbConnection => null;
        public override void Commit() { }
        public override void Rollback() { }
    }
}
