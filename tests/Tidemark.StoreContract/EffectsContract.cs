using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Settling;
using Xunit;

namespace Tidemark.StoreContract;

/// <summary>Writes in the store's own transaction. What they write here are jobs: the one user data that every store has.</summary>
public abstract class EffectsContract : Contract
{
    // Effects run in one go inside the store's call: they must not wait, and these do not need to.
    EnqueueReply Enqueue(IEffectScope scope, string key) => Enqueue(scope.Transaction, key);

    EnqueueReply Enqueue(System.Data.Common.DbTransaction transaction, string key)
    {
        var replies = Store.EnqueueAsync([Given.Job with { Name = key, Dedup = Given.Key(key, DedupScope.ForEver) }], transaction).AsTask();
        return replies.IsCompleted ? replies.GetAwaiter().GetResult()[0] : throw new InvalidOperationException("An enqueue in the store's own transaction must complete in place.");
    }

    async Task<string[]> EnqueuedAsync() =>
        [.. (await Store.ListJobsAsync(new() { Limit = 1_000 })).Jobs.Select(job => job.Name).Where(name => name != Given.Name).Order()];

    async Task<bool> IsFreeAsync(string key) =>
        (await AskForAsync(Given.Job with { Name = key, Dedup = Given.Key(key, DedupScope.ForEver) })).Verdict == EnqueueVerdict.Created;

    [Fact]
    public async Task The_effects_of_a_checkpoint_commit_with_its_rows()
    {
        var held = await RunAsync();
        var effects = new Writes((scope, _) =>
        {
            Assert.False(scope.TimeLimit.IsCancellationRequested);
            Assert.Equal(EnqueueVerdict.Created, Enqueue(scope, "effect").Verdict);
            return Given.Rows with { Settled = ["a"], Cursor = Given.Json("1") };
        });
        Same.As(new(SaveVerdict.Saved, null), await held.CheckpointAsync(1, effects));
        Same.As(new(SaveVerdict.Saved, null), await held.CheckpointAsync(1, effects));
        Assert.Equal(1, effects.Runs);
        Assert.Equal(["effect"], await EnqueuedAsync());
        var stream = Assert.Single((await Store.RecallAsync(held.Id, null)).Streams);
        Same.As((1L, Given.Json("1"), "a"), (stream.Number, stream.Cursor, Assert.Single(stream.Ahead)));
    }

    // A store may make effects before it knows whether the checkpoint holds: nothing of them may then be left.
    Writes Enqueueing(string name, CheckpointRows? rows = null) => new((scope, _) =>
    {
        Enqueue(scope, name);
        return rows ?? Given.Rows with { Cursor = Given.Json("2"), Counters = new() { Done = 2 }, Progress = true };
    });

    [Fact]
    public async Task A_later_checkpoint_with_effects_saves_brings_what_is_asked_and_is_made_once()
    {
        var held = await RunAsync();
        await held.CheckpointAsync(1, Given.Rows);
        await ControlAsync(held.Id, ControlAction.Park, "not now");
        var effects = Enqueueing("effect");
        for (var tries = 0; tries < 2; tries++)
        {
            var saved = await held.CheckpointAsync(2, effects);
            Assert.Equal((SaveVerdict.Saved, "not now"), (saved.Verdict, saved.Ask!.Reason));
        }
        Assert.Equal(["effect"], await EnqueuedAsync());
        var stream = Assert.Single((await Store.RecallAsync(held.Id, null)).Streams);
        Same.As((2L, Given.Json("2"), 2L), (stream.Number, stream.Cursor, stream.Counters.Done));
        await held.CheckpointAsync(3, Enqueueing("more", Given.Rows with { Settled = ["a"], Quarantined = [Given.Bad("b")] }));
        Assert.Equal(["effect", "more"], await EnqueuedAsync());
        Assert.Equal("b", Assert.Single(await QuarantineAsync()).Key);
    }

    [Fact]
    public async Task Nothing_is_left_of_effects_whose_lease_is_lost_or_whose_number_does_not_follow()
    {
        var held = await RunAsync();
        await held.CheckpointAsync(1, Given.Rows);
        await Assert.ThrowsAsync<InvalidOperationException>(() => held.CheckpointAsync(3, Enqueueing("gap")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => held.CheckpointAsync(3, Enqueueing("gap", Given.Rows with { Settled = ["a"] })));
        await CrashAsync(held.Worker);
        Assert.Equal(SaveVerdict.LeaseLost, (await held.CheckpointAsync(2, Enqueueing("late"))).Verdict);
        Assert.Equal(SaveVerdict.LeaseLost, (await held.CheckpointAsync(2, Enqueueing("late", Given.Rows with { Settled = ["a"] }))).Verdict);
        Assert.Empty(await EnqueuedAsync());
        Assert.Equal(1, Assert.Single((await Store.RecallAsync(held.Id, null)).Streams).Number);
    }

    async Task AreRefusedAsync(Held late, long number, CheckpointRows rows)
    {
        var before = await Store.RecallAsync(late.Id, null);
        foreach (var saved in new[] { rows, rows with { Settled = ["a"] } })
            Assert.Equal(SaveVerdict.LeaseLost, (await late.CheckpointAsync(number, Enqueueing("late", saved))).Verdict);
        Same.As(before, await Store.RecallAsync(late.Id, null));
        Assert.Empty(await EnqueuedAsync());
    }

    [Fact]
    public async Task Nothing_is_left_of_effects_whose_job_another_worker_runs_by_now()
    {
        var first = await RunAsync();
        await first.CheckpointAsync(1, Given.Rows);
        await CrashAsync(first.Worker);
        var second = await TakeAsync(await RegisterAsync(), suspect: true);
        // Progress would change something about a suspect, and so be looked at for more than the fence.
        await AreRefusedAsync(first, 2, Given.Rows with { Cursor = Given.Json("2") });
        await second.CheckpointAsync(2, Given.Rows with { Progress = true });
        await AreRefusedAsync(first, 3, Given.Rows with { Cursor = Given.Json("3"), Progress = true });
    }

    [Fact]
    public async Task Progress_with_effects_acquits_the_job()
    {
        var held = await RunAsync();
        await CrashAsync(held.Worker);
        var again = await TakeAsync(await RegisterAsync(), suspect: true);
        await again.CheckpointAsync(1, Given.Rows);
        await CrashAsync(again.Worker);
        var suspect = await TakeAsync(await RegisterAsync(), suspect: true);
        Assert.Equal((1, true), ((await ReadAsync(held.Id)).Crashes, (await ReadAsync(held.Id)).IsSuspect));
        Assert.Equal(SaveVerdict.Saved, (await suspect.CheckpointAsync(2, Enqueueing("effect"))).Verdict);
        Assert.Equal((0, false), ((await ReadAsync(held.Id)).Crashes, (await ReadAsync(held.Id)).IsSuspect));
        Assert.Equal(["effect"], await EnqueuedAsync());
    }

    [Fact]
    public async Task Effects_that_throw_leave_nothing_behind_and_their_error_comes_back()
    {
        var held = await RunAsync();
        var thrown = await Assert.ThrowsAsync<FormatException>(() => held.CheckpointAsync(1, new Writes((scope, _) =>
        {
            Enqueue(scope, "effect");
            throw new FormatException("a bad row");
        })));
        Assert.Equal("a bad row", thrown.Message);
        Assert.Empty(await EnqueuedAsync());
        Assert.Empty((await Store.RecallAsync(held.Id, null)).Streams);
        Assert.True(await IsFreeAsync("effect"));
        Assert.Equal(SaveVerdict.Saved, (await held.CheckpointAsync(1, Given.Rows)).Verdict);
    }

    [Fact]
    public async Task A_list_can_be_rolled_back_to_its_savepoint_and_tried_in_halves()
    {
        var held = await RunAsync();
        await held.CheckpointAsync(1, new Writes((scope, _) =>
        {
            scope.Save();
            Enqueue(scope, "a");
            Enqueue(scope, "bad");
            scope.RollBackToSave();
            Enqueue(scope, "a");
            scope.ReleaseSave();
            scope.Save();
            Enqueue(scope, "bad");
            scope.RollBackToSave();
            scope.ReleaseSave();
            scope.Save();
            Enqueue(scope, "b");
            scope.ReleaseSave();
            return Given.Rows with { Settled = ["a", "b"], Quarantined = [Given.Bad("bad")] };
        }));
        Assert.Equal(["a", "b"], await EnqueuedAsync());
        Assert.True(await IsFreeAsync("bad"));
        Assert.False(await IsFreeAsync("a"));
        Assert.Equal("bad", Assert.Single(await QuarantineAsync()).Key);
    }

    [Fact]
    public async Task A_checkpoint_needs_rows_or_effects()
    {
        var held = await RunAsync();
        var neither = new Checkpoint { Lease = held.Lease, Stream = Given.Stream, Number = 1, Rows = null, Effects = null };
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.CheckpointAsync(neither));
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await Store.CheckpointAsync(neither with { Rows = Given.Rows, Effects = new Writes((_, _) => Given.Rows) }));
        Assert.Empty((await Store.RecallAsync(held.Id, null)).Streams);
    }

    [Fact]
    public async Task The_effects_of_a_settlement_commit_with_it_once()
    {
        var held = await RunAsync();
        var runs = 0;
        var settlement = held.Outcome(JobEvent.Succeed) with
        {
            Effects = (transaction, _) =>
            {
                runs++;
                Enqueue(transaction, "effect");
                return ValueTask.CompletedTask;
            },
        };
        Assert.Equal(SettleVerdict.Settled, await held.SettleAsync(settlement));
        Assert.Equal(SettleVerdict.Settled, await held.SettleAsync(settlement));
        Assert.Equal(1, runs);
        Assert.Null(settlement.EffectsError);
        Assert.Equal(["effect"], await EnqueuedAsync());
    }

    [Fact]
    public async Task Failed_effects_take_their_own_settlement_with_them_and_no_other()
    {
        var worker = await RegisterAsync();
        var first = await RunAsync(worker: worker);
        var bad = await RunAsync(worker: worker);
        var last = await RunAsync(worker: worker);
        var settlement = bad.Outcome(JobEvent.Succeed) with
        {
            Interruption = Given.Interruption(InterruptionCause.Drain),
            Log = [new(await NowAsync(), "Information", "a line")],
            Effects = (transaction, _) =>
            {
                Enqueue(transaction, "effect");
                throw new FormatException("a bad row");
            },
        };
        Assert.Equal([SettleVerdict.Settled, SettleVerdict.EffectsFailed, SettleVerdict.Settled],
            await Store.SettleAsync([first.Outcome(JobEvent.Succeed), settlement, last.Outcome(JobEvent.Fail)]));
        Assert.Equal("a bad row", Assert.IsType<FormatException>(settlement.EffectsError).Message);
        Assert.Empty(await EnqueuedAsync());
        Assert.Equal([JobState.Succeeded, JobState.Running, JobState.Failed],
            [await StateAsync(first.Id), await StateAsync(bad.Id), await StateAsync(last.Id)]);
        var details = await DetailsAsync(bad.Id);
        Assert.Empty(details.Interruptions);
        Assert.Empty(details.Log);
        Assert.Equal(SettleVerdict.Settled, await bad.SettleAsync(JobEvent.Retry));
    }

    [Fact]
    public async Task Effects_do_not_run_without_the_lease()
    {
        var held = await RunAsync();
        await CrashAsync(held.Worker);
        var runs = 0;
        Assert.Equal(SettleVerdict.LeaseLost, await held.SettleAsync(held.Outcome(JobEvent.Succeed) with
        {
            Effects = (_, _) =>
            {
                runs++;
                return ValueTask.CompletedTask;
            },
        }));
        Assert.Equal(0, runs);
    }
}
