using Tidemark.Controlling;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Reading;
using Tidemark.Settling;
using Tidemark.Storage;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class SettlingContract : Contract
{
    [Fact]
    public async Task A_finished_job_is_read_whole()
    {
        var parent = await EnqueueAsync(Given.Job with { Name = "parent" });
        var held = await RunAsync(Given.Job with { Priority = 5, Tags = ",a,", Parent = parent });
        var started = await NowAsync();
        await held.SaveAsync(Given.Rows with { Counters = new() { Done = 3 }, Settled = ["a"], Ended = true });
        await Store.SaveMemoAsync(held.Lease, Given.Memo("open"));
        await PassAsync(30);
        var settlement = held.Outcome(JobEvent.Succeed) with
        {
            Attempt = 4,
            Failures = 3,
            Crashes = 2,
            Result = Given.Json("{\"done\":3}"),
            Reason = "as planned",
            Error = "one warning",
            StartedAt = started.AddSeconds(2).AddTicks(9_999),
            Interruption = new() { Cause = InterruptionCause.TimedOut, CostItems = 4, CostMs = 1_200, Exact = false, Detail = "it took too long", Until = started.AddHours(1) },
            Log = [new(started.AddTicks(9_999), "Warning", "slow"), new(started.AddSeconds(1), "Information", "done")],
        };
        Assert.Equal(SettleVerdict.Settled, await held.SettleAsync(settlement));
        var finished = await NowAsync();
        Same.As(new()
        {
            Job = new()
            {
                Id = held.Id,
                Name = Given.Name,
                Queue = Given.Queue,
                State = JobState.Succeeded,
                Priority = 5,
                Attempt = 4,
                Failures = 3,
                Crashes = 2,
                IsSuspect = false,
                CreatedAt = started,
                DueAt = started,
                StartedAt = started.AddSeconds(2),
                FinishedAt = finished,
                Worker = null,
                Reason = "as planned",
                Tags = ",a,",
                Parent = parent,
            },
            Arguments = Given.Json("{}"),
            Result = Given.Json("{\"done\":3}"),
            Error = "one warning",
            Steps = [],
            Streams =
            [
                new()
                {
                    Name = Given.Stream,
                    Counters = new() { Done = 3 },
                    RetryListed = 0,
                    OpenQuarantine = 0,
                    Ended = true,
                    SavedAt = started,
                    Breaker = null,
                    Pace = null,
                    Failure = null,
                    Live = null,
                },
            ],
            Interruptions = [new(1, finished, settlement.Interruption)],
            Log = [new(started, "Warning", "slow"), new(started.AddSeconds(1), "Information", "done")],
            Audit = [],
            Visits = [],
            Asked = null,
        }, await DetailsAsync(held.Id));
        Same.As(new JobVerdict(JobState.Succeeded, Given.Json("{\"done\":3}"), "one warning"), await Store.GetVerdictAsync(held.Id));
        Assert.Equal(SettleVerdict.Settled, await held.SettleAsync(settlement with { Result = null, Reason = null, Log = [] }));
        Assert.Equal("as planned", (await ReadAsync(held.Id)).Reason);
        Assert.Single((await DetailsAsync(held.Id)).Interruptions);
    }

    [Fact]
    public async Task A_failed_job_rests_with_its_memory_and_its_error()
    {
        var held = await RunAsync();
        await held.SaveAsync(Given.Rows with { Settled = ["a"] });
        await Store.SaveMemoAsync(held.Lease, Given.Memo("open"));
        await held.SettleAsync(held.Outcome(JobEvent.Fail) with { Failures = 11, Reason = "out of retries", Error = "503" });
        var job = await ReadAsync(held.Id);
        Assert.Equal((JobState.Failed, 11, null, null, "out of retries"), (job.State, job.Failures, job.FinishedAt, job.Worker, job.Reason));
        Same.As(new JobVerdict(JobState.Failed, null, "503"), await Store.GetVerdictAsync(held.Id));
        Assert.Equal(["open"], (await Store.RecallAsync(held.Id, null)).Steps.Select(step => step.Name));
        Assert.Equal(["a"], (await Store.RecallAsync(held.Id, null)).Streams.Single().Ahead);
        await PassAsync(TimeSpan.FromDays(4_000));
        Assert.Empty(await ClaimAsync(held.Worker, suspect: true));
    }

    [Fact]
    public async Task A_retry_is_due_after_its_backoff_by_the_stores_clock()
    {
        var held = await RunAsync();
        await PassAsync(3);
        await held.SettleAsync(held.Outcome(JobEvent.Retry) with { DueAfter = TimeSpan.FromMilliseconds(1_500.9), Failures = 1, Reason = "again", Error = "503" });
        var job = await ReadAsync(held.Id);
        Assert.Equal((JobState.Pending, (await NowAsync()).AddMilliseconds(1_500), "again", null), (job.State, job.DueAt!.Value, job.Reason, job.Worker));
        Assert.Equal("503", (await DetailsAsync(held.Id)).Error);
        Same.As(new JobVerdict(JobState.Pending, null, null), await Store.GetVerdictAsync(held.Id));
        Assert.Empty(await ClaimAsync(held.Worker));
        await PassAsync(1.5);
        Assert.Equal([held.Id], await ClaimIdsAsync(held.Worker));
    }

    [Fact]
    public Task A_retry_that_is_due_at_once_is_hinted_at() => HintedAsync(async () => await (await RunAsync()).SettleAsync(JobEvent.Retry));

    [Fact]
    public async Task A_live_row_keeps_its_last_error_and_a_finished_one_says_its_own()
    {
        var worker = await RegisterAsync();
        var held = await RunAsync(worker: worker);
        await held.SettleAsync(held.Outcome(JobEvent.Retry) with { Error = "503" });
        held = await TakeAsync(worker);
        await held.SettleAsync(held.Outcome(JobEvent.Release));
        Assert.Equal("503", (await DetailsAsync(held.Id)).Error);
        held = await TakeAsync(worker);
        await held.SettleAsync(JobEvent.Succeed);
        Assert.Null((await DetailsAsync(held.Id)).Error);
    }

    [Fact]
    public async Task A_release_gives_the_start_back_and_is_due_now()
    {
        var held = await RunAsync();
        await PassAsync(3);
        await held.SettleAsync(held.Outcome(JobEvent.Release) with { Attempt = 0, Interruption = Given.Interruption(InterruptionCause.Drain) });
        var job = await ReadAsync(held.Id);
        Assert.Equal((JobState.Pending, 0, await NowAsync()), (job.State, job.Attempt, job.DueAt!.Value));
        Same.As([new InterruptionReading(1, await NowAsync(), Given.Interruption(InterruptionCause.Drain))], (await DetailsAsync(held.Id)).Interruptions);
        Assert.Equal(1, Assert.Single(await ClaimAsync(held.Worker)).Attempt);
    }

    [Fact]
    public async Task A_job_parks_until_an_instant_or_until_it_is_woken()
    {
        var until = (await NowAsync()).AddHours(1);
        var timed = await RunAsync();
        await timed.SettleAsync(timed.Outcome(JobEvent.Park) with { DueAt = until.AddTicks(9_999), Reason = "quota" });
        var job = await ReadAsync(timed.Id);
        Assert.Equal((JobState.Parked, until, "quota"), (job.State, job.DueAt!.Value, job.Reason));

        var untilWoken = await RunAsync();
        await untilWoken.SettleAsync(JobEvent.Park);
        Assert.Null((await ReadAsync(untilWoken.Id)).DueAt);
        Assert.Null((await ReadAsync(untilWoken.Id)).Reason);
        await PassAsync(TimeSpan.FromDays(4_000));
        Assert.Equal([timed.Id], await ClaimIdsAsync(timed.Worker));
    }

    [Theory]
    [InlineData(nameof(ControlAction.Cancel))]
    [InlineData(nameof(ControlAction.Park))]
    public async Task What_was_asked_outlives_an_attempt_that_ends_without_obeying(string asked)
    {
        var action = Enum.Parse<ControlAction>(asked);
        var until = (await NowAsync()).AddHours(1);
        foreach (var (_, happened, next) in Transitions.All.Where(move => move.From == JobState.Running))
        {
            var held = await RunAsync();
            await ControlAsync(held.Id, action, "as asked", until);
            Assert.Equal(SettleVerdict.Settled, await held.SettleAsync(held.Outcome(happened) with { Reason = "as settled" }));
            var obeyed = StoreLaw.FollowUp(next, action == ControlAction.Cancel ? AskKind.Cancel : AskKind.Park);
            var job = await ReadAsync(held.Id);
            Assert.Equal((happened, obeyed is { } then ? Transitions.Next(next, then)!.Value : next), (happened, job.State));
            Assert.Equal(obeyed is null ? "as settled" : "as asked", job.Reason);
            if (obeyed == JobEvent.Park) Assert.Equal(until, job.DueAt);
            if (obeyed == JobEvent.Cancel) Assert.NotNull(job.FinishedAt);
            Assert.Null((await DetailsAsync(held.Id)).Asked);
            Assert.Equal(SettleVerdict.Settled, await held.SettleAsync(JobEvent.Retry));
            Assert.Equal(job.State, await StateAsync(held.Id));
            if (job.State == JobState.Pending) await ControlAsync(held.Id, ControlAction.Cancel);
        }
    }

    [Fact]
    public async Task Memory_stays_while_quarantine_is_open()
    {
        var held = await RunAsync();
        await Store.SaveMemoAsync(held.Lease, Given.Memo("open"));
        await held.SaveAsync(Given.Rows with { Settled = ["bad"], Quarantined = [Given.Bad("bad")], Counters = new() { Quarantined = 1 } });
        await held.SettleAsync(JobEvent.Succeed);
        Assert.Equal(["open"], (await DetailsAsync(held.Id)).Steps);
        Assert.Equal(["bad"], await Store.SettledAmongAsync(held.Id, Given.Stream, ["bad"]));
        var row = Assert.Single(await QuarantineAsync());
        Assert.Equal(1, await Store.DropQuarantineAsync([row.Id], "ada"));
        Same.As(new() { Steps = [], Streams = [], Partitions = [] }, await Store.RecallAsync(held.Id, null));
        Assert.Empty(await Store.SettledAmongAsync(held.Id, Given.Stream, ["bad"]));
        Assert.Equal(1, Assert.Single((await DetailsAsync(held.Id)).Streams).Counters.Quarantined);
    }

    [Fact]
    public async Task The_log_keeps_the_newest_lines_of_all_attempts()
    {
        var worker = await RegisterAsync();
        var at = await NowAsync();
        var held = await RunAsync(worker: worker);
        await held.SettleAsync(held.Outcome(JobEvent.Retry) with { Log = [.. Enumerable.Range(0, StoreLimits.LogLinesKept).Select(n => new LogLine(at, "Information", $"line {n}"))] });
        held = await TakeAsync(worker);
        await held.SettleAsync(held.Outcome(JobEvent.Fail) with { Log = [new(at, "Error", "the end")] });
        var log = (await DetailsAsync(held.Id)).Log;
        Assert.Equal(StoreLimits.LogLinesKept, log.Length);
        Assert.Equal(("line 1", new LogLine(at, "Error", "the end")), (log[0].Text, log[^1]));
    }
}
