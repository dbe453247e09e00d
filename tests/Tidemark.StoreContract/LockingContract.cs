using Tidemark.Leasing;
using Tidemark.Locking;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class LockingContract : Contract
{
    const string Name = "invoices";
    long lastCall;

    [Fact]
    public async Task The_first_enters_and_the_others_wait_in_the_order_in_which_they_asked()
    {
        var (a, b) = (await RegisterAsync(), await RegisterAsync());
        var first = await AskAsync(a);
        var second = await AskAsync(b);
        var third = await AskAsync(a);
        Assert.Equal((LockVerdict.Held, LockVerdict.Waiting, LockVerdict.Waiting), (first.Verdict, second.Verdict, third.Verdict));
        Assert.True(first.Token < second.Token && second.Token < third.Token, "tokens grow in the order of asking");

        Assert.Equal([(second.Token, b, 2L, true)], await LetGoAsync(a, first.Token));
        Assert.Equal([(first.Token, false), (second.Token, true), (third.Token, false)], [(first.Token, await IsHeldAsync(a, first)), (second.Token, await IsHeldAsync(b, second)), (third.Token, await IsHeldAsync(a, third))]);
        Assert.Equal([(third.Token, a, 3L, true)], await LetGoAsync(b, second.Token));
        Assert.Empty(await LetGoAsync(a, third.Token));
        Assert.Empty(await Store.ListLocksAsync(new()));
    }

    [Fact]
    public async Task A_token_is_greater_than_every_one_before_it_even_if_nobody_has_that_any_more()
    {
        var worker = await RegisterAsync();
        long last = 0;
        for (var round = 0; round < 3; round++)
        {
            var reply = await AskAsync(worker);
            Assert.True(reply.Token > last, $"{reply.Token} after {last}");
            last = reply.Token;
            await LetGoAsync(worker, last);
        }
        await AskAsync(worker, name: "another");
        Assert.True((await AskAsync(worker)).Token > last);
    }

    [Fact]
    public async Task One_who_does_not_wait_leaves_nothing_behind()
    {
        var worker = await RegisterAsync();
        Assert.Equal(LockVerdict.Held, (await AskAsync(worker, waits: false)).Verdict);
        Assert.Equal(new LockReply(LockVerdict.Busy, 0), await AskAsync(worker, waits: false));
        Assert.Single(await Store.ReadTicketsAsync(worker));
        Assert.Equal(LockVerdict.Held, (await AskAsync(worker, waits: false, name: "another")).Verdict);
    }

    [Fact]
    public async Task As_many_enter_as_there_are_places()
    {
        var worker = await RegisterAsync();
        var replies = new List<LockReply>();
        for (var i = 0; i < 4; i++) replies.Add(await AskAsync(worker, places: 3));
        Assert.Equal([LockVerdict.Held, LockVerdict.Held, LockVerdict.Held, LockVerdict.Waiting], replies.Select(reply => reply.Verdict));
        Assert.Equal(replies[3].Token, Assert.Single(await LetGoAsync(worker, replies[1].Token)).Token);
    }

    [Fact]
    public async Task One_who_wants_it_alone_waits_for_all_and_holds_up_those_behind_him()
    {
        var worker = await RegisterAsync();
        var (one, two) = (await AskAsync(worker, places: 2), await AskAsync(worker, places: 2));
        var alone = await AskAsync(worker, places: 1);
        var modest = await AskAsync(worker, places: 5);
        Assert.Empty(await LetGoAsync(worker, one.Token));
        Assert.Equal([alone.Token], (await LetGoAsync(worker, two.Token)).Select(row => row.Token));
        Assert.False(await IsHeldAsync(worker, modest));
        Assert.Equal([modest.Token], (await LetGoAsync(worker, alone.Token)).Select(row => row.Token));
    }

    [Fact]
    public async Task Several_are_let_go_at_once_and_only_by_their_own_worker()
    {
        var (a, b) = (await RegisterAsync(), await RegisterAsync());
        var held = await AskAsync(a, places: 2);
        var other = await AskAsync(a, name: "another");
        var next = await AskAsync(b, name: "another");
        Assert.Empty(await LetGoAsync(b, held.Token, other.Token));
        Assert.True(await IsHeldAsync(a, other));
        Assert.Equal([next.Token], (await LetGoAsync(a, held.Token, other.Token, 4_711)).Select(row => row.Token));
        Assert.Empty(await Store.ReadTicketsAsync(a));
        Assert.Empty(await LetGoAsync(a, held.Token, other.Token));
    }

    [Fact]
    public async Task The_same_asking_again_is_answered_as_it_stands()
    {
        var (a, b) = (await RegisterAsync(), await RegisterAsync());
        var held = await Store.AskLockAsync(Ask(a, call: 7));
        var waiting = await Store.AskLockAsync(Ask(b, call: 7));
        Assert.Equal(held, await Store.AskLockAsync(Ask(a, call: 7)));
        Assert.Equal(waiting, await Store.AskLockAsync(Ask(b, call: 7)));
        Assert.Equal((LockVerdict.Held, LockVerdict.Waiting), (held.Verdict, waiting.Verdict));
        Assert.Equal([new(held.Token, a, 7, Held: true)], await Store.ReadTicketsAsync(a));
        Assert.Equal([new(waiting.Token, b, 7, Held: false)], await Store.ReadTicketsAsync(b));
    }

    [Fact]
    public async Task A_worker_that_retires_takes_its_tickets_along_and_the_next_enters()
    {
        var (a, b) = (await RegisterAsync(), await RegisterAsync());
        await AskAsync(a);
        var next = await AskAsync(b);
        await Store.RetireAsync(a);
        Assert.True(await IsHeldAsync(b, next));
        Assert.Empty(await Store.ReadTicketsAsync(a));
        Assert.Equal(LockVerdict.NoWorker, (await AskAsync(a)).Verdict);
    }

    [Fact]
    public async Task A_worker_that_retires_while_it_runs_a_job_keeps_its_tickets_until_that_has_ended()
    {
        var a = await RegisterAsync();
        var held = await RunAsync(worker: a);
        await AskAsync(a);
        var b = await RegisterAsync();
        var next = await AskAsync(b);
        await Store.RetireAsync(a);
        Assert.False(await IsHeldAsync(b, next));
        await held.SettleAsync(Lifecycle.JobEvent.Succeed);
        Assert.True(await IsHeldAsync(b, next));
    }

    [Fact]
    public async Task A_dead_workers_tickets_go_at_its_rescue_and_the_next_enters()
    {
        var (a, b) = (await RegisterAsync(), await RegisterAsync());
        await AskAsync(a);
        await AskAsync(a, name: "another");
        var next = await AskAsync(b);
        await KillAsync(a);
        Assert.False(await IsHeldAsync(b, next));
        await RescueAsync(by: b);
        Assert.True(await IsHeldAsync(b, next));
        Assert.Equal([(Name, next.Token)], (await Store.ListLocksAsync(new())).Select(status => (status.Name, status.Token)));
        Assert.Equal(LockVerdict.NoWorker, (await AskAsync(a)).Verdict);
    }

    [Fact]
    public async Task A_list_tells_who_holds_what_since_when_and_who_waits()
    {
        var (a, b) = (await RegisterAsync(), await RegisterAsync(Given.Worker with { Name = "host-b:3" }));
        var asked = await NowAsync();
        var held = await AskAsync(a, owner: "job 12");
        await PassAsync(1);
        var waiting = await AskAsync(b, places: 2);
        var other = await AskAsync(b, name: "another");
        var all = await Store.ListLocksAsync(new());
        Same.As(
            [
                new LockStatus(Name, held.Token, 1, "job 12", "host-a:17", asked, asked),
                new LockStatus(Name, waiting.Token, 2, "host-b:3", "host-b:3", asked.AddSeconds(1), null),
                new LockStatus("another", other.Token, 1, "host-b:3", "host-b:3", asked.AddSeconds(1), asked.AddSeconds(1)),
            ],
            all);
        Same.As(all[..2], await Store.ListLocksAsync(new() { Name = Name }));
        Same.As(all[1..2], await Store.ListLocksAsync(new() { After = held.Token, Limit = 1 }));
        await PassAsync(1);
        await LetGoAsync(a, held.Token);
        Assert.Equal(asked.AddSeconds(2), (await Store.ListLocksAsync(new() { Name = Name }))[0].HeldSince);
    }

    [Fact]
    public async Task A_broken_lock_is_gone_and_the_next_enters()
    {
        var (a, b) = (await RegisterAsync(), await RegisterAsync());
        var held = await AskAsync(a);
        var next = await AskAsync(b);
        Assert.True(await Store.BreakLockAsync(held.Token, "ada"));
        Assert.Empty(await Store.ReadTicketsAsync(a));
        Assert.True(await IsHeldAsync(b, next));
        Assert.False(await Store.BreakLockAsync(held.Token, "ada"));
    }

    LockAsk Ask(WorkerId worker, string name = Name, int places = 1, bool waits = true, string? owner = null, long? call = null) =>
        new() { Worker = worker, Call = call ?? ++lastCall, Name = name, Places = places, Owner = owner, Waits = waits };

    Task<LockReply> AskAsync(WorkerId worker, string name = Name, int places = 1, bool waits = true, string? owner = null) =>
        Store.AskLockAsync(Ask(worker, name, places, waits, owner)).AsTask();

    async Task<(long Token, WorkerId Worker, long Call, bool Held)[]> LetGoAsync(WorkerId worker, params long[] tokens) =>
        [.. (await Store.LetGoAsync(worker, tokens)).Select(row => (row.Token, row.Worker, row.Call, row.Held))];

    async Task<bool> IsHeldAsync(WorkerId worker, LockReply reply) => (await Store.ReadTicketsAsync(worker)).Any(row => row.Token == reply.Token && row.Held);
}
