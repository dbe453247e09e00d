using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Settling;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Connections are cut while the store uses them: what was asked is done or refused, never both, and the next call finds a new one.</summary>
public sealed class ReconnectTests : IAsyncLifetime
{
    const int Cuts = 20;

    PlainStore? plain;

    public async ValueTask InitializeAsync() => plain = await PlainStore.CreateAsync();

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Fact]
    public async Task Every_job_is_claimed_and_settled_once_although_connections_are_cut_all_the_while()
    {
        var store = plain!.Store;
        var worker = await store.RegisterAsync(Given.Worker);
        var ids = (await store.EnqueueAsync([.. Enumerable.Repeat(Given.Job, 200)], null)).Select(reply => reply.Id.Value).ToHashSet();
        using var done = new CancellationTokenSource();
        var cutting = CutAsync(done.Token);
        var held = new Dictionary<JobId, ClaimedJob>();
        var settled = new HashSet<long>();
        var inDoubt = false;
        while (settled.Count < ids.Count)
        {
            var reply = await TryAsync(() => store.ClaimAsync(new()
            {
                Worker = worker, Demands = [new(Given.Queue, inDoubt ? 0 : 7)], SuspectAllowed = false, Known = inDoubt ? [.. held.Values.Select(job => job.Lease)] : null,
            }).AsTask());
            inDoubt = reply is null;
            foreach (var job in reply?.Jobs ?? []) Assert.True(held.TryAdd(job.Id, job));
            if (held.Count == 0) continue;
            Settlement[] batch = [.. held.Values.Select(job => Given.Outcome(job, worker, JobEvent.Succeed))];
            if (await TryAsync(() => store.SettleAsync(batch).AsTask()) is not { } verdicts) continue;
            Assert.All(verdicts, verdict => Assert.Equal(SettleVerdict.Settled, verdict));
            foreach (var job in held.Keys) Assert.True(settled.Add(job.Value));
            held.Clear();
        }
        await done.CancelAsync();
        await cutting;
        Assert.Equal(ids, settled);
        Assert.Equal((200L, 200L), (await plain.AskAsync<long>($"SELECT count(*) FROM {plain.Schema}.finished"), await plain.AskAsync<long>($"SELECT sum(attempt) FROM {plain.Schema}.finished")));
    }

    [Fact]
    public async Task A_beat_finds_its_way_again()
    {
        var store = plain!.Store;
        var worker = await store.RegisterAsync(Given.Worker with { LeaseDuration = TimeSpan.FromHours(1) }); // a slow beat is not given on a second connection for long
        var beat = new Beat { Worker = worker, Draining = false, Running = 0 };
        Assert.True((await store.BeatAsync(beat)).Alive);
        await CutOnceAsync();
        Assert.Null(await TryAsync(async () => (object)await store.BeatAsync(beat)));
        Assert.True((await store.BeatAsync(beat)).Alive);
    }

    async Task CutAsync(CancellationToken stop)
    {
        for (var cut = 0; cut < Cuts && !stop.IsCancellationRequested; cut++) await CutOnceAsync();
    }

    Task CutOnceAsync() => plain!.RunAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{plain.Schema}'");

    static async Task<T?> TryAsync<T>(Func<Task<T>> call) where T : class
    {
        try
        {
            return await call();
        }
        catch (StoreException)
        {
            return null;
        }
    }
}
