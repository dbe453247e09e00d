using Tidemark.Controlling;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Xunit;

namespace Tidemark.StoreContract;

/// <summary>A job that ends may leave its streams to a later one.</summary>
public abstract class InheritingContract : Contract
{
    async Task<Held> EndAsync(JobEvent happened = JobEvent.Succeed, bool keep = true)
    {
        var held = await RunAsync();
        await Store.SaveMemoAsync(held.Lease, Given.Memo("open"));
        await held.SaveAsync(Given.Rows with
        {
            Cursor = Given.Json("7"),
            Fingerprint = "sha256:abc",
            Counters = new() { Done = 3, Quarantined = 1 },
            Settled = ["a", "b", "bad"],
            Quarantined = [Given.Bad("bad")],
            RetryLater = [new() { Key = "late", Payload = Given.Json("1"), Failures = 2, DueAt = await NowAsync(), Error = "503" }],
            Ended = true,
        });
        await held.SettleAsync(held.Outcome(happened) with { KeepMemory = keep });
        return held;
    }

    Task<JobId> HeirAsync(JobId of) => EnqueueAsync(Given.Job with { Inherits = of });

    async Task<StreamMemory[]> StreamsAsync(JobId job) => (await Store.RecallAsync(job, null)).Streams;

    [Theory]
    [InlineData(nameof(JobEvent.Succeed))]
    [InlineData(nameof(JobEvent.Cancel))]
    public async Task An_heir_has_the_streams_as_they_stood_but_not_ended_and_no_steps(string happened)
    {
        var held = await EndAsync(Enum.Parse<JobEvent>(happened));
        var before = Assert.Single(await StreamsAsync(held.Id));
        Assert.True(before.Ended);
        await PassAsync(1);
        var heir = await HeirAsync(held.Id);
        Same.As(new() { Steps = [], Streams = [before with { Ended = false }], Partitions = [] }, await Store.RecallAsync(heir, null));
        Assert.Equal(["a", "b"], await Store.SettledAmongAsync(heir, Given.Stream, ["a", "b", "c"]));
        Assert.Equal((heir, "bad"), ((await QuarantineAsync()).Single().Job, (await QuarantineAsync(heir)).Single().Key));
        var reading = Assert.Single((await DetailsAsync(heir)).Streams);
        Assert.Equal((3L, 1, 1, false), (reading.Counters.Done, reading.OpenQuarantine, reading.RetryListed, reading.Ended));

        Assert.Empty(await StreamsAsync(held.Id));
        Assert.Empty((await DetailsAsync(held.Id)).Streams);
        Assert.Empty(await Store.SettledAmongAsync(held.Id, Given.Stream, ["a"]));

        var next = await TakeAsync(held.Worker);
        Assert.True(next.Job.HasMemory);
        Assert.Equal(SaveVerdict.Saved, (await next.CheckpointAsync(2, Given.Rows with { Settled = ["c"], TakenBack = [Given.Later("bad")] })).Verdict);
        Assert.Empty(await QuarantineAsync());
    }

    [Fact]
    public async Task There_is_nothing_to_inherit_from_a_job_that_kept_nothing_lives_or_is_unknown()
    {
        var forgot = await EndAsync(keep: false);
        await Store.DropQuarantineAsync([.. (await QuarantineAsync()).Select(row => row.Id)], "ada");
        var parked = await EndAsync(JobEvent.Park);
        var failed = await EndAsync(JobEvent.Fail);
        foreach (var of in new[] { forgot.Id, parked.Id, failed.Id, new(4_711) }) Assert.Empty(await StreamsAsync(await HeirAsync(of)));
        Assert.Single(await StreamsAsync(parked.Id));
        Assert.Single(await StreamsAsync(failed.Id));
    }

    [Fact]
    public async Task Memory_that_is_there_for_its_quarantine_is_inherited_with_it()
    {
        var held = await EndAsync(keep: false);
        var heir = await HeirAsync(held.Id);
        Assert.Single(await StreamsAsync(heir));
        Assert.Equal(heir, Assert.Single(await QuarantineAsync()).Job);
    }

    [Fact]
    public async Task There_is_one_heir_who_may_leave_it_on()
    {
        var held = await EndAsync();
        var heir = await HeirAsync(held.Id);
        Assert.Empty(await StreamsAsync(await HeirAsync(held.Id)));
        var next = Enter(held.Worker, (await ClaimAsync(held.Worker)).Single(job => job.Id == heir));
        await next.SettleAsync(next.Outcome(JobEvent.Succeed) with { KeepMemory = true });
        Assert.Single(await StreamsAsync(await HeirAsync(heir)));
    }

    [Fact]
    public async Task A_job_that_is_cancelled_while_it_waits_keeps_what_its_last_settlement_said()
    {
        var held = await EndAsync(JobEvent.Park);
        await ControlAsync(held.Id, ControlAction.Cancel);
        await Store.DropQuarantineAsync([(await QuarantineAsync())[0].Id], "ada");
        Assert.Single(await StreamsAsync(await HeirAsync(held.Id)));
    }

    [Fact]
    public async Task A_discarded_job_leaves_nothing()
    {
        var held = await EndAsync(JobEvent.Fail);
        await ControlAsync(held.Id, ControlAction.Discard);
        Assert.Empty(await StreamsAsync(await HeirAsync(held.Id)));
        Assert.Empty(await StreamsAsync(held.Id));
    }

    [Fact]
    public async Task Kept_memory_is_not_pruned_until_it_has_been_inherited()
    {
        var held = await EndAsync();
        await Store.DropQuarantineAsync([(await QuarantineAsync())[0].Id], "ada");
        await PassAsync(TimeSpan.FromDays(4_000));
        await Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromDays(1), Limit = 100 });
        Assert.Single(await StreamsAsync(held.Id));
        var heir = await HeirAsync(held.Id);
        await Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromDays(1), Limit = 100 });
        Assert.Null(await Store.GetJobAsync(held.Id));
        Assert.Single(await StreamsAsync(heir));
    }

    [Fact]
    public async Task What_a_visit_has_claimed_stays_with_its_parent_until_the_visit_has_ended()
    {
        var held = await EndAsync();
        await Store.ReplayAsync(new() { Job = held.Id, By = "ada" });
        var visit = await TakeAsync(held.Worker);
        var heir = await HeirAsync(held.Id);
        Assert.Equal(held.Id, Assert.Single(await QuarantineAsync()).Job);
        Assert.Equal(["open"], (await Store.RecallAsync(visit.Id, held.Id)).Steps.Select(step => step.Name));
        await visit.SaveAsync(Given.Rows with { Replayed = ["bad"] });
        await visit.SettleAsync(JobEvent.Succeed);
        Assert.Empty(await QuarantineAsync());
        Assert.Empty((await DetailsAsync(held.Id)).Streams);
        Assert.Empty(await StreamsAsync(held.Id));
        Assert.Equal(3, Assert.Single((await DetailsAsync(heir)).Streams).Counters.Done);
    }

    [Fact]
    public async Task A_visit_does_not_inherit_what_its_parent_inherited()
    {
        var first = await EndAsync();
        var heir = await HeirAsync(first.Id);
        var visit = Assert.Single((await Store.ReplayAsync(new() { Job = heir, By = "ada" })).Visits);
        Assert.Empty(await StreamsAsync(visit));
        Assert.Single(await StreamsAsync(heir));
    }

    [Fact]
    public async Task An_inheritance_is_undone_with_its_transaction()
    {
        var held = await EndAsync();
        var before = await DetailsAsync(held.Id);
        var memory = await Store.RecallAsync(held.Id, null);
        var quarantine = await QuarantineAsync();
        var other = await RunAsync();
        await Assert.ThrowsAsync<FormatException>(() => other.CheckpointAsync(1, new Writes((scope, _) =>
        {
            Assert.True(Store.EnqueueAsync([Given.Job with { Inherits = held.Id }], scope.Transaction).AsTask().IsCompletedSuccessfully);
            throw new FormatException();
        })));
        Same.As(before, await DetailsAsync(held.Id));
        Same.As(memory, await Store.RecallAsync(held.Id, null));
        Same.As(quarantine, await QuarantineAsync());
        Assert.Single(await StreamsAsync(await HeirAsync(held.Id)));
    }
}
