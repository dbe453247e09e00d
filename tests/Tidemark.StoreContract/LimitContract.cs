using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class LimitContract : Contract
{
    [Fact]
    public async Task As_many_run_as_there_are_places_whoever_claims_and_the_others_say_what_they_wait_for()
    {
        var ids = await EnqueueAsync(5, Limited("acme", 2));
        var (a, b) = (await RegisterAsync(), await RegisterAsync());
        var first = Assert.Single(await ClaimAsync(a, max: 1));
        var second = Assert.Single(await ClaimAsync(b));
        Assert.Equal([ids[0], ids[1]], [first.Id, second.Id]);
        Assert.Empty(await ClaimAsync(a));
        var waiting = await ReadAsync(ids[2]);
        Assert.Equal((JobState.Pending, "waits for a place: at most 2 at a time of 'acme'"), (waiting.State, waiting.Reason));
        Assert.Equal(("acme", 2), (first.Limit!.Key, first.Limit.Places));
    }

    [Theory]
    [InlineData(nameof(JobEvent.Succeed))]
    [InlineData(nameof(JobEvent.Fail))]
    [InlineData(nameof(JobEvent.Retry))]
    [InlineData(nameof(JobEvent.Park))]
    [InlineData(nameof(JobEvent.Release))]
    [InlineData(nameof(JobEvent.Cancel))]
    public async Task However_an_attempt_ends_the_next_is_let_in(string ending)
    {
        var ids = await EnqueueAsync(2, Limited("acme", 1));
        var worker = await RegisterAsync();
        var held = await TakeAsync(worker);
        Assert.Empty(await ClaimIdsAsync(worker));
        await held.SettleAsync(held.Outcome(Enum.Parse<JobEvent>(ending)) with { DueAt = (await NowAsync()).AddHours(1) });
        var next = Assert.Single(await ClaimAsync(worker));
        Assert.Equal((ids[1], null), (next.Id, (await ReadAsync(ids[1])).Reason));
    }

    [Fact]
    public async Task A_rescue_lets_the_next_in_unless_the_crashed_one_takes_its_place_again()
    {
        var ids = await EnqueueAsync(2, Limited("acme", 1));
        var (dead, living) = (await RegisterAsync(), await RegisterAsync());
        await TakeAsync(dead);
        Assert.Empty(await ClaimIdsAsync(living));
        await KillAsync(dead);
        Assert.Empty(await ClaimIdsAsync(living));
        await RescueAsync(by: living);
        var claimed = Assert.Single(await ClaimIdsAsync(living, suspect: true));
        Assert.Contains(claimed, ids);
        Assert.Empty(await ClaimIdsAsync(living, suspect: true));
    }

    [Fact]
    public async Task Those_who_wait_go_in_the_order_of_their_rank_and_stand_in_nobodys_way()
    {
        var low = await EnqueueAsync(Limited("acme", 1) with { Priority = -50 });
        var worker = await RegisterAsync();
        var held = await TakeAsync(worker);
        var ordinary = await EnqueueAsync(Limited("acme", 1));
        var urgent = await EnqueueAsync(Limited("acme", 1) with { Priority = 50 });
        var other = await EnqueueAsync(Limited("other", 1));
        var free = await EnqueueAsync();
        Assert.Equal([other, free], (await ClaimIdsAsync(worker)).OrderBy(id => id.Value));
        await held.SettleAsync(JobEvent.Succeed);
        Assert.Equal([urgent], await ClaimIdsAsync(worker));
        Assert.Equal((JobState.Succeeded, JobState.Pending), (await StateAsync(low), await StateAsync(ordinary)));
    }

    [Fact]
    public async Task A_thousand_at_once_are_limited_as_one_by_one()
    {
        var ids = await EnqueueAsync(1_000, Limited("acme", 3));
        var worker = await RegisterAsync();
        Assert.Equal(ids[..3], await ClaimIdsAsync(worker));
        Assert.Empty(await ClaimIdsAsync(worker));
    }

    [Fact]
    public async Task Names_and_queues_share_the_places_of_a_key()
    {
        await EnqueueAsync(Limited("acme", 1));
        var other = await EnqueueAsync(Limited("acme", 1) with { Name = "other", Queue = "aside" });
        var worker = await RegisterAsync(Given.Worker with { JobNames = [Given.Name, "other"], Queues = [Given.Queue, "aside"] });
        var held = await TakeAsync(worker);
        Assert.Empty(await ClaimAsync(worker, queue: "aside"));
        await held.SettleAsync(JobEvent.Succeed);
        Assert.Equal(other, Assert.Single(await ClaimAsync(worker, queue: "aside")).Id);
    }

    [Fact]
    public async Task One_that_is_due_later_waits_for_its_time_and_then_for_its_place()
    {
        var now = await NowAsync();
        var later = await EnqueueAsync(Limited("acme", 1) with { DueAt = now.AddSeconds(10) });
        var first = await EnqueueAsync(Limited("acme", 1));
        var worker = await RegisterAsync();
        var held = await TakeAsync(worker);
        Assert.Equal(first, held.Id);
        await PassAsync(11);
        Assert.Empty(await ClaimIdsAsync(worker));
        await held.SettleAsync(JobEvent.Succeed);
        Assert.Equal([later], await ClaimIdsAsync(worker));
    }

    [Fact]
    public async Task A_parked_job_has_no_place_and_takes_one_again_when_it_is_woken()
    {
        var ids = await EnqueueAsync(2, Limited("acme", 1));
        var worker = await RegisterAsync();
        var parked = await TakeAsync(worker);
        await parked.SettleAsync(JobEvent.Park);
        var second = await TakeAsync(worker);
        await ControlAsync(ids[0], ControlAction.Wake);
        Assert.Empty(await ClaimIdsAsync(worker));
        await second.SettleAsync(JobEvent.Succeed);
        Assert.Equal([ids[0]], await ClaimIdsAsync(worker));
    }

    [Fact]
    public async Task One_that_is_cancelled_while_it_waits_or_after_it_was_let_in_leaves_no_gap()
    {
        var ids = await EnqueueAsync(4, Limited("acme", 1));
        var worker = await RegisterAsync(Given.Worker with { Queues = [Given.Queue, "aside"] });
        Assert.Empty(await ClaimAsync(worker, queue: "aside")); // lets the first in, takes nothing
        await ControlAsync(ids[1], ControlAction.Cancel);
        await ControlAsync(ids[0], ControlAction.Cancel);
        var held = await TakeAsync(worker);
        Assert.Equal(ids[2], held.Id);
        await held.SettleAsync(JobEvent.Succeed);
        Assert.Equal([ids[3]], await ClaimIdsAsync(worker));
    }

    [Theory]
    [InlineData(nameof(ControlAction.Cancel))]
    [InlineData(nameof(ControlAction.Park))]
    public async Task One_that_goes_before_the_next_claim_has_let_it_in_leaves_no_gap(string action)
    {
        var ids = await EnqueueAsync(3, Limited("acme", 1));
        var worker = await RegisterAsync();
        var held = await TakeAsync(worker);
        await held.SettleAsync(JobEvent.Succeed);
        await ControlAsync(ids[1], Enum.Parse<ControlAction>(action));
        Assert.Equal([ids[2]], await ClaimIdsAsync(worker));
    }

    [Fact]
    public async Task One_who_wants_to_be_alone_waits_for_all_and_is_overtaken_by_nobody()
    {
        var three = await EnqueueAsync(3, Limited("acme", 3));
        var worker = await RegisterAsync();
        var held = (await ClaimAsync(worker)).Select(job => Enter(worker, job)).ToList();
        Assert.Equal(three, held.Select(job => job.Id));
        var alone = await EnqueueAsync(Limited("acme", 1));
        var later = await EnqueueAsync(3, Limited("acme", 3));
        foreach (var job in held)
        {
            Assert.Empty(await ClaimIdsAsync(worker));
            await job.SettleAsync(JobEvent.Succeed);
        }
        var one = await TakeAsync(worker);
        Assert.Equal(alone, one.Id);
        await one.SettleAsync(JobEvent.Succeed);
        Assert.Equal(later, await ClaimIdsAsync(worker));
    }

    [Fact]
    public async Task Those_behind_one_who_wants_to_be_alone_enter_when_he_gives_up()
    {
        await EnqueueAsync(Limited("acme", 2));
        var worker = await RegisterAsync();
        await TakeAsync(worker);
        var alone = await EnqueueAsync(Limited("acme", 1));
        var behind = await EnqueueAsync(Limited("acme", 2));
        Assert.Empty(await ClaimIdsAsync(worker));
        await ControlAsync(alone, ControlAction.Cancel);
        Assert.Equal([behind], await ClaimIdsAsync(worker));
    }

    [Fact]
    public async Task A_replay_of_quarantine_is_limited_as_its_job_was_finished_or_not()
    {
        var ids = await EnqueueAsync(2, Limited("acme", 1));
        var worker = await RegisterAsync();
        var held = await TakeAsync(worker);
        await held.SaveAsync(Given.Rows with { Settled = ["bad"], Quarantined = [Given.Bad("bad")] });
        await held.SettleAsync(JobEvent.Succeed);
        var other = await TakeAsync(worker);
        Assert.Equal(ids[1], other.Id);
        var visit = Assert.Single((await Store.ReplayAsync(new() { Job = ids[0], By = "ada" })).Visits);
        Assert.Empty(await ClaimIdsAsync(worker));
        await other.SettleAsync(JobEvent.Succeed);
        Assert.Equal([visit], await ClaimIdsAsync(worker));
    }

    static NewJob Limited(string key, int places) => Given.Job with { Limit = new() { Key = key, Places = places } };
}
