using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.PostgreSql;
using Tidemark.Running;
using Tidemark.StoreContract;
using Tidemark.Upkeep;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Two meet at one row. Who comes second sees what the first has made of it, and does not go by what was there before.</summary>
public sealed class MeetingTests : IAsyncLifetime
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(20); // far less than anybody holds anything here, which is until the test lets go
    PlainStore? plain;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    PostgreSqlJobStore Store => plain!.Store;

    string Schema => plain!.Schema;

    public async ValueTask InitializeAsync() => plain = await PlainStore.CreateAsync();

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_save_that_meets_the_end_of_its_lease_writes_nothing(bool hasEffects)
    {
        var job = await TakeAsync(await Store.RegisterAsync(Given.Worker));
        Assert.Equal(SaveVerdict.Saved, (await SaveAsync(1, hasEffects: false)).Verdict);
        await using var taking = await plain!.HoldAsync($"UPDATE {Schema}.job SET fence = fence + 1, state = 0, gate = 0, worker = NULL WHERE id = {job.Id.Value}");
        var saving = SaveAsync(2, hasEffects);
        await Task.WhenAny(saving, plain!.WaitedForAsync(taking));
        await Holding.CommitAsync(taking);

        Assert.Equal(SaveVerdict.LeaseLost, (await saving.WaitAsync(Soon, Ending)).Verdict);
        Assert.Equal(1, await plain!.AskAsync<long>($"SELECT number FROM {Schema}.stream WHERE job = {job.Id.Value}"));

        Task<SaveReply> SaveAsync(long number, bool hasEffects) => Store.CheckpointAsync(new()
        {
            Lease = job.Lease, Stream = Given.Stream, Number = number, Rows = hasEffects ? null : Given.Rows, Effects = hasEffects ? new Writes((_, _) => Given.Rows) : null,
        }).AsTask();
    }

    [Fact]
    public async Task An_outcome_that_meets_the_clearing_of_its_limits_mark_makes_it_anew()
    {
        var worker = await Store.RegisterAsync(Given.Worker);
        var job = await TakeAsync(worker, Given.Job with { Limit = new() { Key = "l", Places = 1 } });
        await plain!.RunAsync($"INSERT INTO {Schema}.limit_mark (key) VALUES ('l') ON CONFLICT DO NOTHING");
        await using var clearing = await plain.HoldAsync($"SELECT FROM {Schema}.limit_mark WHERE key = 'l' FOR UPDATE");
        var settling = Store.SettleAsync([Given.Outcome(job, worker, JobEvent.Succeed)]).AsTask();
        await Task.WhenAny(settling, plain!.WaitedForAsync(clearing));
        await Holding.SayAsync(clearing, $"DELETE FROM {Schema}.limit_mark WHERE key = 'l'");
        await Holding.CommitAsync(clearing);

        await settling.WaitAsync(Soon, Ending);
        Assert.Equal(1, await plain!.AskAsync<long>($"SELECT count(*) FROM {Schema}.limit_mark WHERE key = 'l'")); // whoever cleared it had not seen the free place
    }

    [Fact]
    public async Task A_suspect_that_another_is_just_taking_is_passed_by()
    {
        var worker = await Store.RegisterAsync(Given.Worker);
        var id = (await Store.EnqueueAsync([Given.Job], null))[0].Id;
        await plain!.RunAsync($"UPDATE {Schema}.job SET suspect = true, gate = 2 WHERE id = {id.Value}");
        await using var taking = await plain.HoldAsync($"SELECT FROM {Schema}.job WHERE id = {id.Value} FOR UPDATE");
        Assert.Empty((await ClaimAsync(worker).WaitAsync(Soon, Ending)).Jobs);
        await Holding.LetGoAsync(taking);
        Assert.Equal(id, Assert.Single((await ClaimAsync(worker)).Jobs).Id);
    }

    [Fact]
    public async Task A_silent_worker_that_beats_while_its_rescuer_waits_for_it_lives()
    {
        var worker = await Store.RegisterAsync(Given.Worker);
        var job = await TakeAsync(worker);
        await plain!.RunAsync($"UPDATE {Schema}.worker SET beat_at = beat_at - 3600000 WHERE id = {worker.Value}");
        await using var beating = await plain.HoldAsync($"UPDATE {Schema}.worker SET beat_at = {Schema}.now_ms() WHERE id = {worker.Value}");
        var rescuing = RescueAsync();
        await Task.WhenAny(rescuing, plain!.WaitedForAsync(beating));
        await Holding.CommitAsync(beating);

        Assert.Empty((await rescuing.WaitAsync(Soon, Ending)).Jobs);
        Assert.True((await Store.BeatAsync(new() { Worker = worker, Draining = false, Running = 1 })).Alive);
        Assert.Equal(JobState.Running, (await Store.GetJobAsync(job.Id))!.Job.State);
    }

    [Fact]
    public async Task A_beat_that_waits_for_too_long_is_given_up_and_costs_no_connection()
    {
        var worker = await Store.RegisterAsync(Given.Worker with { LeaseDuration = TimeSpan.FromSeconds(2) });
        await using var holder = await plain!.HoldAsync($"SELECT FROM {Schema}.worker WHERE id = {worker.Value} FOR UPDATE");
        await Assert.ThrowsAsync<StoreException>(BeatAsync);
        var sessions = await SessionsAsync();
        await Holding.LetGoAsync(holder);
        while (await Record.ExceptionAsync(BeatAsync) is { } still) Assert.IsType<StoreException>(still); // until the driver has given up those that waited
        Assert.Subset(await SessionsAsync(), sessions);

        async Task BeatAsync() => Assert.True((await Task.Run(async () => await Store.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 }), Ending).WaitAsync(TimeSpan.FromMinutes(1), Ending)).Alive);
        async Task<HashSet<int>> SessionsAsync() => [.. await plain!.AskAsync<int[]>($"SELECT array_agg(pid) FROM pg_stat_activity WHERE application_name = '{Schema}'")];
    }

    [Fact]
    public async Task A_replay_that_meets_the_end_of_what_it_would_replay_begins_nothing()
    {
        var worker = await Store.RegisterAsync(Given.Worker);
        var job = await TakeAsync(worker);
        await Store.CheckpointAsync(new() { Lease = job.Lease, Stream = Given.Stream, Number = 1, Rows = Given.Rows with { Quarantined = [Given.Bad("a")] }, Effects = null });
        await Store.SettleAsync([Given.Outcome(job, worker, JobEvent.Succeed)]);
        await using var dropping = await plain!.HoldAsync($"DELETE FROM {Schema}.quarantine WHERE job = {job.Id.Value}");
        var replaying = Store.ReplayAsync(new() { Job = job.Id, By = "ada" }).AsTask();
        await Task.WhenAny(replaying, plain!.WaitedForAsync(dropping));
        await Holding.CommitAsync(dropping);

        Assert.Empty((await replaying.WaitAsync(Soon, Ending)).Visits);
        Assert.Equal(0, await plain!.AskAsync<long>($"SELECT count(*) FROM {Schema}.job"));
    }

    Task<ClaimReply> ClaimAsync(WorkerId worker) => Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 10)], SuspectAllowed = true }).AsTask();

    Task<RescueReply> RescueAsync() => Store.RescueAsync(new() { By = default, CrashBudget = 3, ItemCrashBudgets = new Dictionary<(string, string), int>(), Limit = 100 }).AsTask();

    async Task<ClaimedJob> TakeAsync(WorkerId worker, NewJob? job = null)
    {
        await Store.EnqueueAsync([job ?? Given.Job], null);
        return Assert.Single((await ClaimAsync(worker)).Jobs);
    }
}
