using Npgsql;
using Tidemark.Lifecycle;
using Tidemark.PostgreSql;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.StoreContract;
using Tidemark.TortureHost;
using Xunit;
using static Tidemark.IntegrationTests.PostgreSql.WentBack.Shaken;

namespace Tidemark.IntegrationTests.PostgreSql.WentBack;

/// <summary>Commits that do not wait for the server's disk, and a server that crashes before it has them there.</summary>
public sealed class UnflushedTests : IAsyncLifetime
{
    static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    Shaken? shaken;

    // What is not waited for is not written of itself either, so that a crash finds something to take back.
    public async ValueTask InitializeAsync() => shaken = await Shaken.StartAsync("wal_writer_delay=10s");

    public ValueTask DisposeAsync() => shaken!.DisposeAsync();

    [Fact]
    public async Task Nothing_that_is_written_waits_for_the_disk()
    {
        var store = await OpenAsync("mine");
        var worker = await store.RegisterAsync(Given.Worker);
        await store.EnqueueAsync([Given.Job], null); // the first of its queue and name waits, once and for all
        var stuck = await WaitForNobodyAsync(); // from now on what waits for a disk waits for ever: the server asks for one more, which is not there

        await DoneAsync(store.EnqueueAsync([Given.Job], null));
        await DoneAsync(store.EnqueueAsync([Given.Job with { Dedup = Given.Key("k") }], null));
        await DoneAsync(store.EnqueueAsync([.. Enumerable.Repeat(Given.Job, 300)], null)); // by COPY
        var jobs = (await DoneAsync(store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 3)], SuspectAllowed = false }))).Jobs;
        Assert.Equal(SaveVerdict.Saved, (await DoneAsync(store.CheckpointAsync(new() { Lease = jobs[0].Lease, Stream = Given.Stream, Number = 1, Rows = Given.Rows, Effects = null }))).Verdict);
        Assert.Equal(SaveVerdict.Saved, (await DoneAsync(store.CheckpointAsync(new() { Lease = jobs[0].Lease, Stream = Given.Stream, Number = 2, Rows = null, Effects = new Writes(Write) }))).Verdict);
        Assert.Equal(SaveVerdict.Saved, (await DoneAsync(store.SaveMemoAsync(jobs[0].Lease, Given.Memo("step")))).Verdict);
        Assert.True((await DoneAsync(store.BeatAsync(new() { Worker = worker, Draining = false, Running = 3 }))).Alive);
        Assert.Equal([SettleVerdict.Settled, SettleVerdict.Settled], await DoneAsync(store.SettleAsync([Given.Outcome(jobs[0], worker, JobEvent.Succeed), Given.Outcome(jobs[1], worker, JobEvent.Succeed)])));
        await DoneAsync(store.SetQueuePausedAsync(Given.Queue, true, "a test", null));
        await DoneAsync(store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromDays(1), Limit = 10 }));
        await DoneAsync(store.RetireAsync(worker));

        Assert.False(stuck.IsCompleted);

        static CheckpointRows Write(IEffectScope scope, int run)
        {
            using var command = scope.Transaction.Connection!.CreateCommand();
            command.Transaction = scope.Transaction;
            command.CommandText = "CREATE TABLE made (by_effects int)";
            command.ExecuteNonQuery();
            return Given.Rows;
        }
    }

    [Theory]
    [InlineData("the whole server")]
    [InlineData("one of its sessions")]
    public async Task A_crash_that_takes_a_claim_back_voids_the_lease_although_another_holds_the_same_fence_by_now(string killed)
    {
        var mine = await OpenAsync("mine");
        var me = await mine.RegisterAsync(Given.Worker);
        while (true)
        {
            await mine.EnqueueAsync([Given.Job], null);
            await shaken!.AskAsync<object>("CHECKPOINT; SELECT 1");
            var lost = await ClaimAsync(mine, me);
            await CrashAsync(killed);

            var others = await shaken!.OpenAsync("others"); // which waits for the disk, and has nothing to notice
            var other = await others.RegisterAsync(Given.Worker);
            var found = (await AnsweredAsync(() => others.ClaimAsync(new() { Worker = other, Demands = [new(Given.Queue, 1)], SuspectAllowed = true }))).Jobs;
            Assert.Equal([SettleVerdict.LeaseLost], await AnsweredAsync(() => mine.SettleAsync([Given.Outcome(lost, me, JobEvent.Succeed)])));
            var beat = await mine.BeatAsync(new() { Worker = me, Draining = false, Running = 1 });
            Assert.False(beat.Alive);
            Assert.Contains("the server has crashed", beat.Why, StringComparison.Ordinal);
            if (found is [{ } again])
            {
                Assert.Equal((lost.Id, lost.Fence), (again.Id, again.Fence));
                Assert.Equal([SettleVerdict.Settled], await others.SettleAsync([Given.Outcome(again, other, JobEvent.Succeed)]));
                return;
            }
            me = await AnsweredAsync(() => mine.RegisterAsync(Given.Worker)); // the server was just about to write, and has it
        }
    }

    [Fact]
    public async Task A_server_that_is_stopped_and_started_has_everything_and_every_lease_goes_on()
    {
        var mine = await OpenAsync("mine");
        var me = await mine.RegisterAsync(Given.Worker);
        await mine.EnqueueAsync([Given.Job], null);
        var held = await ClaimAsync(mine, me);
        Assert.Equal(SaveVerdict.Saved, (await SaveAsync(mine, held, 1)).Verdict);
        await shaken!.Server.RestartAsync("INT");
        await (await OpenAsync("others")).RegisterAsync(Given.Worker);
        Assert.Equal(SaveVerdict.Saved, (await SaveAsync(mine, held, 2)).Verdict);
        Assert.True((await AnsweredAsync(() => mine.BeatAsync(new() { Worker = me, Draining = false, Running = 1 }))).Alive);
    }

    [Fact]
    public async Task The_first_who_joins_after_a_crash_that_nobody_has_outlived_gives_no_number_again()
    {
        var mine = await OpenAsync("mine");
        await mine.RegisterAsync(Given.Worker);
        await shaken!.AskAsync<object>("CHECKPOINT; SELECT 1");
        var last = (await mine.EnqueueAsync([Given.Job], null))[0].Id;
        await mine.DisposeAsync();
        await shaken.Server.RestartAsync("QUIT");

        var next = await OpenAsync("next");
        await next.RegisterAsync(Given.Worker);
        Assert.InRange((await next.EnqueueAsync([Given.Job], null))[0].Id.Value, last.Value + 1_000_000, long.MaxValue);
        Assert.Contains(await next.ExamineAsync(), found => found.Finding == "went back in time" && found.Why.Contains("the server has crashed", StringComparison.Ordinal));
        Assert.Contains((await next.GetStoreAsync()).Facts, fact => fact is { Key: "epoch", Value: "2" });
    }

    // By whoever asks: doctor knows no service's settings.
    [Fact]
    public async Task The_level_that_is_told_is_that_of_the_worker_that_joined_last()
    {
        var asks = await shaken!.OpenAsync("asks");
        Assert.Equal(nameof(Durability.PowerLoss), await LevelAsync());
        await (await OpenAsync("mine")).RegisterAsync(Given.Worker);
        Assert.Equal(nameof(Durability.ProcessCrash), await LevelAsync());
        await asks.RegisterAsync(Given.Worker);
        Assert.Equal(nameof(Durability.PowerLoss), await LevelAsync());

        async Task<string> LevelAsync() => Assert.Single((await asks.GetStoreAsync()).Facts, fact => fact.Key == "durability").Value;
    }

    [Fact]
    public async Task Where_the_role_itself_does_not_wait_for_the_disk_a_crash_is_noticed_too()
    {
        await shaken!.AskAsync<object>("ALTER ROLE tidemark SET synchronous_commit = off; SELECT 1");
        var mine = await shaken!.OpenAsync("mine");
        var me = await mine.RegisterAsync(Given.Worker);
        await shaken.Server.RestartAsync("QUIT");
        Assert.False((await AnsweredAsync(() => mine.BeatAsync(new() { Worker = me, Draining = false, Running = 0 }))).Alive);
    }

    Task<PostgreSqlJobStore> OpenAsync(string presence) => shaken!.OpenAsync(presence, durability: Durability.ProcessCrash);

    // Answers once such a wait has been seen.
    async Task<Task> WaitForNobodyAsync()
    {
        await using (var connection = new NpgsqlConnection(shaken!.Server.ConnectionString + ";Pooling=false"))
        {
            await connection.OpenAsync(Ending);
            await Holding.SayAsync(connection, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
            await Holding.SayAsync(connection, "SELECT pg_reload_conf()");
        }
        Task? stuck = null;
        await UntilAsync(async () =>
        {
            if (stuck is null or { IsCompleted: true }) stuck = shaken.AskAsync<object>("SELECT pg_logical_emit_message(true, 'test', '')::text");
            return await shaken.AskAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')");
        });
        return stuck!;
    }

    async Task CrashAsync(string killed)
    {
        if (killed == "the whole server")
        {
            await shaken!.Server.RestartAsync("QUIT");
            return;
        }
        const string checkpointer = "SELECT coalesce((SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'), 0)";
        var former = await shaken!.AskAsync<int>(checkpointer);
        await using var victim = new NpgsqlConnection(shaken.Server.ConnectionString + ";Pooling=false");
        await victim.OpenAsync(Ending);
        Native.Send(victim.ProcessID, Native.Kill);
        await UntilAsync(async () =>
        {
            try
            {
                return await shaken.AskAsync<int>(checkpointer) is var present && present != 0 && present != former;
            }
            catch (NpgsqlException)
            {
                return false; // it ends all other sessions, and takes none while it recovers
            }
        });
    }

    static async Task<T> DoneAsync<T>(ValueTask<T> call) => await call.AsTask().WaitAsync(Soon, Ending);

    static async Task DoneAsync(ValueTask call) => await call.AsTask().WaitAsync(Soon, Ending);
}
