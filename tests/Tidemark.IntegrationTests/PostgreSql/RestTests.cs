using Tidemark.Leasing;
using Tidemark.PostgreSql;
using Tidemark.Seams;
using Tidemark.StoreContract;
using Tidemark.Upkeep;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Workers that hold nothing and write nothing beat seldom and look in turn. Nobody takes them for dead, and none sleeps while it has something.</summary>
public sealed class RestTests : IAsyncLifetime
{
    // Long enough that a slow beat is not given on a second connection, after which nobody rests.
    static readonly WorkerProfile Unhurried = Given.Worker with { LeaseDuration = TimeSpan.FromHours(1) };
    static readonly long ThirdOfALease = (long)Unhurried.LeaseDuration.TotalMilliseconds / 3;
    static readonly long MoreThanALease = (long)Unhurried.LeaseDuration.TotalMilliseconds + 1_000;

    PlainStore? plain;

    PostgreSqlJobStore Store => plain!.Store;

    public async ValueTask InitializeAsync() => plain = await PlainStore.CreateAsync();

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Fact]
    public async Task Whatever_a_process_writes_ends_the_rest_of_its_worker_at_once()
    {
        var store = await plain!.ConnectWithAsync(new() { Writers = 1 });
        var worker = await RestedAsync(store);
        var called = 0;
        store.BeatWanted = () => Interlocked.Increment(ref called);
        Assert.True(await IsRestingAsync(worker));
        await store.GetStoreAsync();
        Assert.Equal(0, called); // who only reads changes nothing of which a beat would tell
        await store.EnqueueAsync([Given.Job], null);
        Assert.Equal(1, called);
        Assert.False((await BeatAsync(store, worker)).MayRest);
        Assert.False(await IsRestingAsync(worker));
        await RestAsync(store, worker);
        called = 0;
        Assert.Single((await store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = true })).Jobs);
        Assert.Equal(1, called);
        for (var beat = 0; beat < 3; beat++) Assert.False((await BeatAsync(store, worker, holds: true)).MayRest);
        Assert.False(await IsRestingAsync(worker));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_connection_of_one_that_rests_may_break_before_its_next_beat_and_it_lives(bool rests)
    {
        var other = await plain!.ConnectAsync();
        var worker = await RestedAsync(other);
        if (!rests) await BeatAsync(other, worker, holds: true);
        var rescuer = await Store.RegisterAsync(Given.Worker);
        await EndConnectionOfAsync(worker);
        // Its beats are silent for a third of its lease, as they may be.
        await plain.RunAsync($"UPDATE {plain.Schema}.worker SET beat_at = beat_at - {ThirdOfALease} WHERE id = {worker.Value}");
        Elsewhere(worker);
        var reply = await Store.RescueAsync(Look(rescuer));

        Assert.Equal(rests ? 0 : 1, reply.WorkersBuried);
        if (rests) Assert.True((await ReconnectedAsync(other, worker)).Alive);
    }

    [Fact]
    public async Task One_that_rests_and_is_silent_for_its_lease_is_dead()
    {
        var other = await plain!.ConnectAsync();
        var worker = await RestedAsync(other);
        var rescuer = await Store.RegisterAsync(Given.Worker);
        await plain.RunAsync($"UPDATE {plain.Schema}.worker SET beat_at = beat_at - {MoreThanALease} WHERE id = {worker.Value}");
        Elsewhere(worker);
        Assert.Equal(1, (await Store.RescueAsync(Look(rescuer))).WorkersBuried);
    }

    [Fact]
    public async Task A_rescuer_that_is_not_to_look_around_asks_the_server_nothing()
    {
        var rescuer = await Store.RegisterAsync(Given.Worker);
        var silent = await (await plain!.ConnectAsync()).RegisterAsync(Given.Worker);
        await plain.RunAsync($"UPDATE {plain.Schema}.worker SET beat_at = beat_at - 16000 WHERE id = {silent.Value}");
        Elsewhere(silent);

        var reply = await Store.RescueAsync(Look(rescuer) with { LooksAround = false });
        Assert.Equal((0, null), (reply.WorkersBuried, reply.Fleet));
        Assert.Equal(1, (await Store.RescueAsync(Look(rescuer))).WorkersBuried);
    }

    [Fact]
    public async Task Who_looks_is_told_how_many_live_and_how_many_wait_for_the_same_work()
    {
        var (before, another, silent, after) = (await plain!.ConnectAsync(), await plain.ConnectAsync(), await plain.ConnectAsync(), await plain.ConnectAsync());
        await RestedAsync(before);
        await RestedAsync(another, Unhurried with { JobNames = ["another"] });
        var gone = await RestedAsync(silent);
        var me = await RestedAsync(Store);
        var busy = await RestedAsync(after);
        await plain.RunAsync($"UPDATE {plain.Schema}.worker SET draining = true WHERE id = {gone.Value}");

        Assert.Equal(new Fleet(new(4, 2), new(3, 1)), (await Store.RescueAsync(Look(me))).Fleet);
        await BeatAsync(after, busy, holds: true);
        Assert.Equal(new Fleet(new(4, 2), new(2, 1)), (await Store.RescueAsync(Look(me))).Fleet);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_finds_more_than_it_takes_of_what_nobody_was_told_of_tells_the_others(bool isPoll)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var silent = await plain!.ConnectWithAsync(new() { HintInterval = TimeSpan.Zero });
        var other = await plain.ConnectAsync();
        await ListeningAsync();
        other.WorkArrived = () => told.TrySetResult();
        var worker = await Store.RegisterAsync(Given.Worker);
        await silent.EnqueueAsync([Given.Job, Given.Job], null);
        Assert.True((await Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = true, Prompt = isPoll ? ClaimPrompt.Poll : ClaimPrompt.Due })).More);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    async Task ListeningAsync()
    {
        while (await plain!.AskAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN tidemark_{plain.Schema}' AND state = 'idle'") < 2) await Task.Delay(20, TestContext.Current.CancellationToken);
    }

    static RescueRequest Look(WorkerId by) => new() { By = by, CrashBudget = 3, ItemCrashBudgets = new Dictionary<(string, string), int>(), Limit = 100 };

    static async Task<WorkerId> RestedAsync(PostgreSqlJobStore store, WorkerProfile? profile = null)
    {
        var worker = await store.RegisterAsync(profile ?? Unhurried);
        await RestAsync(store, worker);
        return worker;
    }

    // What was written is told before its commit and after it: the second may come behind a beat. Where one thread writes, it is over once that thread has looked for what is not there.
    static async Task RestAsync(PostgreSqlJobStore store, WorkerId worker)
    {
        await store.ClaimAsync(new() { Worker = worker, Demands = [new("nothing is here", 1)], SuspectAllowed = false, Prompt = ClaimPrompt.Poll });
        for (var beat = 1; !(await BeatAsync(store, worker)).MayRest; beat++) Assert.True(beat < 5);
    }

    static async Task<BeatReply> BeatAsync(PostgreSqlJobStore store, WorkerId worker, bool holds = false) =>
        await store.BeatAsync(new() { Worker = worker, Draining = false, Running = 0, Holds = holds });

    // The first beat after its connection broke says so; the one after it connects anew.
    static async Task<BeatReply> ReconnectedAsync(PostgreSqlJobStore store, WorkerId worker)
    {
        await Assert.ThrowsAsync<StoreException>(() => BeatAsync(store, worker));
        return await BeatAsync(store, worker);
    }

    Task<bool> IsRestingAsync(WorkerId worker) => plain!.AskAsync<bool>($"SELECT resting FROM {plain.Schema}.worker WHERE id = {worker.Value}");

    Task EndConnectionOfAsync(WorkerId worker) => plain!.RunAsync($"SELECT pg_terminate_backend(backend, 10000) FROM {plain.Schema}.worker WHERE id = {worker.Value}");

    // As of another host: a rescuer there sees no file of its.
    void Elsewhere(WorkerId worker)
    {
        foreach (var file in Directory.GetFiles(plain!.Folder, $"{worker.Value}.*", SearchOption.AllDirectories)) File.Delete(file);
    }
}
