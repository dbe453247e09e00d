using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.PostgreSql;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.StoreContract;
using Xunit;
using static Tidemark.IntegrationTests.PostgreSql.WentBack.Shaken;

namespace Tidemark.IntegrationTests.PostgreSql.WentBack;

/// <summary>A store that goes back in time under those who work on it: a backup is put back.</summary>
public sealed class WentBackTests : IAsyncLifetime
{
    static CancellationToken Ending => TestContext.Current.CancellationToken;

    Shaken? shaken;

    Server Server => shaken!.Server;

    public async ValueTask InitializeAsync() => shaken = await Shaken.StartAsync();

    public ValueTask DisposeAsync() => shaken!.DisposeAsync();

    [Fact]
    public async Task Nothing_that_an_old_lease_writes_is_accepted_although_another_holds_the_same_fence_by_now()
    {
        var mine = await shaken!.OpenAsync("mine");
        var me = await mine.RegisterAsync(Given.Worker);
        await mine.EnqueueAsync([Given.Job, Given.Job], null);
        var kept = await ClaimAsync(mine, me);
        await SaveAsync(mine, kept, 1);
        await Server.KeepAsync();
        Assert.Equal(SaveVerdict.Saved, (await SaveAsync(mine, kept, 2)).Verdict); // a server that was restarted has not gone back
        await Server.RestartAsync("QUIT");
        Assert.Equal(SaveVerdict.Saved, (await SaveAsync(mine, kept, 3)).Verdict); // nor one that crashed
        var lost = await ClaimAsync(mine, me);
        await RememberAsync(mine, me);
        await Server.GoBackAsync();

        var others = await shaken!.OpenAsync("others");
        var other = await others.RegisterAsync(Given.Worker);
        var again = await ClaimAsync(others, other);
        Assert.Equal((lost.Id, lost.Fence), (again.Id, again.Fence));

        Assert.Equal([SettleVerdict.LeaseLost], await AnsweredAsync(() => mine.SettleAsync([Given.Outcome(lost, me, JobEvent.Succeed)])));
        Assert.Equal(SaveVerdict.LeaseLost, (await SaveAsync(mine, kept, 4)).Verdict);
        Assert.Equal(SaveVerdict.LeaseLost, (await mine.SaveMemoAsync(lost.Lease, Given.Memo("step"))).Verdict);
        Assert.Equal([SaveVerdict.LeaseLost], await mine.SaveLogAsync([new() { Lease = lost.Lease, Lines = [] }]));
        Assert.Empty((await mine.ClaimAsync(new() { Worker = me, Demands = [new(Given.Queue, 1)], SuspectAllowed = false })).Jobs);
        var beat = await mine.BeatAsync(new() { Worker = me, Draining = false, Running = 2 });
        Assert.False(beat.Alive);
        Assert.Contains("The store went back in time: ", beat.Why, StringComparison.Ordinal);
        Assert.Equal([SettleVerdict.Settled], await others.SettleAsync([Given.Outcome(again, other, JobEvent.Succeed)]));
    }

    [Fact]
    public async Task Who_notices_tells_all_others_and_what_was_held_is_run_again()
    {
        var mine = await shaken!.OpenAsync("mine");
        var me = await mine.RegisterAsync(Given.Worker);
        await mine.EnqueueAsync([Given.Job], null);
        var held = await ClaimAsync(mine, me);
        await Server.KeepAsync();
        await RememberAsync(mine, me);
        await Server.GoBackAsync();
        var others = await shaken!.OpenAsync("others");
        var other = await others.RegisterAsync(Given.Worker);
        Assert.True((await others.BeatAsync(new() { Worker = other, Draining = false, Running = 0 })).Alive);

        await AnsweredAsync(() => mine.SettleAsync([Given.Outcome(held, me, JobEvent.Succeed)]));
        var anew = await AnsweredAsync(() => mine.RegisterAsync(Given.Worker));
        Assert.True((await AnsweredAsync(() => mine.BeatAsync(new() { Worker = anew, Draining = false, Running = 0 }))).Alive);

        var told = await others.BeatAsync(new() { Worker = other, Draining = false, Running = 0 });
        Assert.False(told.Alive);
        Assert.Contains("another process has noticed it (epoch 1, now 2)", told.Why, StringComparison.Ordinal);
        var otherAnew = await others.RegisterAsync(Given.Worker);
        Assert.True((await others.BeatAsync(new() { Worker = otherAnew, Draining = false, Running = 0 })).Alive);
        Assert.True((await mine.BeatAsync(new() { Worker = anew, Draining = false, Running = 0 })).Alive);

        // What the former one held is free at once, not after its lease; and no number is given twice.
        var rescued = Assert.Single((await mine.RescueAsync(new() { By = anew, CrashBudget = 3, ItemCrashBudgets = new Dictionary<(string, string), int>(), Limit = 10 })).Jobs);
        Assert.Equal(held.Id, rescued.Id);
        var again = await ClaimAsync(mine, anew);
        Assert.Equal([SettleVerdict.Settled], await mine.SettleAsync([Given.Outcome(again, anew, JobEvent.Succeed)]));
        Assert.True((await mine.EnqueueAsync([Given.Job], null))[0].Id.Value > 1_000_000);

        Assert.Contains(await others.ExamineAsync(), found => found.Finding == "went back in time");
        Assert.Contains((await others.GetStoreAsync()).Facts, fact => fact is { Key: "epoch", Value: "2" });
    }

    [Fact]
    public async Task Who_only_adds_jobs_in_transactions_of_his_own_adds_them_by_their_names_in_the_copy_too()
    {
        var mine = await shaken!.OpenAsync("mine");
        await mine.EnqueueAsync([Given.Job], null);
        await Server.KeepAsync();
        await using var source = NpgsqlDataSource.Create(Server.ConnectionString + ";Pooling=false");
        await AddAsync(); // its number is remembered, and given to another in the copy
        await Server.GoBackAsync();
        var others = await shaken!.OpenAsync("others");
        await others.EnqueueAsync([Given.Job with { Name = "wipe" }], null);

        var added = await AddAsync();

        Assert.Equal("report", (await others.GetJobAsync(added))!.Job.Name);

        Task<JobId> AddAsync() => AnsweredAsync(async () =>
        {
            await using var connection = await source.OpenConnectionAsync(Ending);
            await using var transaction = await connection.BeginTransactionAsync(Ending);
            var id = (await mine.EnqueueAsync([Given.Job with { Name = "report" }], transaction))[0].Id;
            await transaction.CommitAsync(Ending);
            return id;
        });
    }

    [Fact]
    public async Task A_service_under_which_a_backup_is_put_back_does_the_lost_work_again_and_comes_to_its_end()
    {
        const int items = 300;
        var log = Path.Combine(shaken!.Folder, "items.log");
        var store = await shaken!.OpenAsync("mine", "service");
        using var host = await HostProcess.StartAsync(Server, "service", Path.Combine(shaken!.Folder, "presence"), log, items, milliseconds: 10);
        var job = (await store.EnqueueAsync([Given.Job with { Name = "count", Arguments = Given.Json("0") }], null))[0].Id;
        await UntilAsync(() => Task.FromResult(Lines(log).Length > 30));
        await Server.KeepAsync();
        await UntilAsync(() => Task.FromResult(Lines(log).Length > 120));
        // As after any second or two: beats are on the disk that the copy does not have.
        var beaten = await BeatsAsync("service");
        await UntilAsync(async () => await BeatsAsync("service") >= beaten + 4);
        await Server.GoBackAsync();
        await UntilAsync(async () => (await AnsweredAsync(() => store.GetVerdictAsync(job)))!.State == JobState.Succeeded);

        Assert.Equal(Enumerable.Range(0, items), Lines(log).Select(int.Parse).Distinct().Order());
        Assert.True(Lines(log).Length > items, "what was lost was not done again");
        Assert.Contains(await store.ExamineAsync(), found => found.Finding == "went back in time");
    }

    Task<long> BeatsAsync(string schema) => shaken!.AskAsync<long>($"SELECT COALESCE(max(beats), 0) FROM {schema}.worker");

    // As in any second of a worker's life: beats, and commits that put them on the disk.
    static async Task RememberAsync(PostgreSqlJobStore store, WorkerId worker)
    {
        for (var beats = 0; beats < 4; beats++)
        {
            Assert.True((await AnsweredAsync(() => store.BeatAsync(new() { Worker = worker, Draining = false, Running = 1 }))).Alive);
            await AnsweredAsync(() => store.EnqueueAsync([Given.Job], null));
        }
    }

    static string[] Lines(string log) => File.Exists(log) ? [.. File.ReadAllLines(log).Select(line => line.Split(' ')[0])] : [];
}
