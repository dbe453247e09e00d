using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Sqlite;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage.Native;
using Tidemark.Storage.Presence;
using Tidemark.StoreContract;
using Tidemark.Upkeep;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

/// <summary>A rescuer that has judged, and stands at the gate with its judgement while things change behind it.</summary>
public sealed class SecondLookTests : IAsyncLifetime
{
    static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(100);

    readonly StoreFolder folder = new();
    readonly SqliteJobStore judged;
    readonly SqliteJobStore rescuer;
    WorkerId worker;

    public SecondLookTests() => (judged, rescuer) = (new(folder.Options, TimeProvider.System), new(folder.Options, TimeProvider.System));

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    string Presence => new PresenceDirectory(folder.Database + "-presence").PathOf(worker.Value);

    public async ValueTask InitializeAsync()
    {
        await judged.OpenAsync();
        await rescuer.OpenAsync();
        worker = await judged.RegisterAsync(Given.Worker with { LeaseDuration = Lease });
        await judged.EnqueueAsync([Given.Job], null);
    }

    public async ValueTask DisposeAsync()
    {
        await judged.DisposeAsync();
        await rescuer.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_silent_worker_that_beats_while_its_rescuer_waits_at_the_gate_lives()
    {
        var job = Assert.Single((await judged.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = false })).Jobs);
        using var gate = await SilentAsync();
        var rescuing = RescueAsync();
        await AtTheGateAsync();
        var beat = new Beat { Worker = worker, Draining = false, Running = 1 };
        Assert.True((await judged.BeatAsync(beat)).Alive);
        gate.Exit();

        Assert.Equal((0, 0), await rescuing);
        Assert.True((await judged.BeatAsync(beat)).Alive);
        Assert.Equal(JobState.Running, (await judged.GetJobAsync(job.Id))!.Job.State);
    }

    [Fact]
    public async Task What_a_silent_worker_has_claimed_before_its_rescuer_passed_the_gate_is_taken_with_the_rest()
    {
        using var gate = await SilentAsync();
        var rescuing = RescueAsync();
        await AtTheGateAsync();
        // As a claim does that was inside the gate when its process was stopped.
        folder.ExecuteAsStranger($"UPDATE job SET state = 1, gate = 4, fence = fence + 1, attempt = attempt + 1, worker = {worker.Value}, started_at = created_at");
        var job = Assert.Single((await judged.ListJobsAsync(new())).Jobs).Id;
        judged.PresenceOf(worker).Enter(job, fence: 1);
        gate.Exit();

        // It may have been given one more beat, for the rescuer stood there for long.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        var (jobs, buried) = await rescuing;
        for (; buried == 0; limit.Token.ThrowIfCancellationRequested())
        {
            var more = await RescueAsync();
            (jobs, buried) = (jobs + more.Jobs, buried + more.Buried);
        }
        Assert.Equal((1, 1), (jobs, buried));
        Assert.Equal(1, (await judged.GetJobAsync(job))!.Job.Attempt); // and what it has begun of it counts as begun
    }

    // It has not beaten for longer than its lease, and somebody holds the gate.
    async Task<WriteGate> SilentAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (PresenceReader.Read(Presence) is not { BeatAge: { } age } || age <= Lease) await Task.Delay(5, limit.Token);
        var gate = new WriteGate(folder.Database + "-gate");
        gate.Enter();
        return gate;
    }

    // Whoever waits at the gate holds its turnstile.
    async Task AtTheGateAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        using var turnstile = LockedFile.OpenOrCreate(folder.Database + "-gate-queue");
        for (; turnstile.TryLock(); turnstile.Unlock(), await Task.Delay(5, limit.Token)) limit.Token.ThrowIfCancellationRequested();
    }

    async Task<(int Jobs, int Buried)> RescueAsync()
    {
        var reply = await rescuer.RescueAsync(new() { By = default, CrashBudget = 3, ItemCrashBudgets = new Dictionary<(string, string), int>(), Limit = 100 });
        return (reply.Jobs.Length, reply.WorkersBuried);
    }
}
