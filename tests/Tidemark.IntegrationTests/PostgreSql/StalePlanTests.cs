using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.PostgreSql;
using Tidemark.Settling;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>A store has been quiet for a while, so that its statements are planned for a table of nothing, and then thousands come at once: still nobody reads more rows than he is about.</summary>
public sealed class StalePlanTests : IAsyncLifetime
{
    const int Burst = 10_000;

    PlainStore? plain;
    PostgreSqlJobStore? store;
    WorkerId worker;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    PostgreSqlJobStore Store => store!;

    public async ValueTask InitializeAsync()
    {
        plain = await PlainStore.CreateUnopenedAsync();
        store = await plain.ConnectWithAsync(new() { Writers = 1, Readers = 1 });
        worker = await store.RegisterAsync(Given.Worker with { Slots = 1_000 });
    }

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Fact]
    public Task Claims_and_plain_ends() => ReadsFewAsync("job", [.. Enumerable.Repeat(Given.Job, Burst)], async many =>
    {
        foreach (var jobs in (await ClaimAsync(many)).Chunk(100)) await Store.SettleAsync([.. jobs.Select(job => Given.Outcome(job, worker, JobEvent.Succeed))]);
    });

    [Fact]
    public Task Ends_that_are_written_one_by_one() => ReadsFewAsync("job", [.. Enumerable.Repeat(Given.Job, Burst)], async many =>
    {
        var jobs = await ClaimAsync(many);
        await Store.SettleAsync([.. jobs.Select(job => Given.Outcome(job, worker, JobEvent.Succeed) with { Log = [new(job.CreatedAt, "Information", "a line")] })]);
    });

    [Fact]
    public Task Saves() => ReadsFewAsync("job", [.. Enumerable.Repeat(Given.Job, Burst)], async many =>
    {
        var held = (await ClaimAsync(many)).Select((job, slot) => new Held(Store, worker, job, slot)).ToList();
        foreach (var one in held)
        {
            await Store.SaveMemoAsync(one.Lease, Given.Memo("first"));
            await one.SaveAsync(Given.Rows);
        }
        await Task.WhenAll(held.Select(one => one.SaveAsync(Given.Rows)));
        await Store.SettleAsync([.. held.Select(one => one.Outcome(JobEvent.Succeed))]);
    });

    [Fact]
    public Task Jobs_of_a_limit() => ReadsFewAsync("job", [.. Enumerable.Repeat(Given.Job with { Name = "another" }, Burst)], async many =>
    {
        await Store.EnqueueAsync([.. Enumerable.Repeat(Given.Job with { Limit = new() { Key = "l", Places = 2 } }, many)], null);
        for (var (left, claims) = (many, 0); left > 0; claims++)
        {
            Assert.InRange(claims, 0, 10 * many);
            var jobs = await ClaimAsync(many);
            await Store.SettleAsync([.. jobs.Select(job => Given.Outcome(job, worker, JobEvent.Succeed))]);
            left -= jobs.Length;
        }
    });

    [Fact]
    public Task Keys() => ReadsFewAsync("dedup", [.. Enumerable.Range(0, Burst).Select(number => Given.Job with { Dedup = Given.Key($"of the burst {number}", DedupScope.ForEver) })], async many =>
    {
        for (var key = 0; key < many; key++) await Store.EnqueueAsync([Given.Job with { Dedup = Given.Key($"{key}", DedupScope.ForEver) }], null);
    });

    // A server keeps a plan that does not know the parameters from the sixth time on.
    async Task ReadsFewAsync(string table, NewJob[] burst, Func<int, Task> act)
    {
        for (var quiet = 0; quiet < 10; quiet++) await QuietAsync();
        await plain!.RunAsync($"VACUUM ANALYZE {plain.Schema}.job, {plain.Schema}.dedup");
        for (var quiet = 0; quiet < 2; quiet++) await QuietAsync();
        await plain.RunAsync($"DELETE FROM {plain.Schema}.dedup");
        plain.Source.Clear();
        var before = await plain.AskAsync<DateTime>("SELECT clock_timestamp()");
        var other = await plain.ConnectAsync();
        foreach (var some in burst.Chunk(2_000)) await other.EnqueueAsync(some, null);
        await EndAsync(other, before);
        await plain.AskAsync<object>($"SELECT pg_stat_reset_single_table_counters('{plain.Schema}.{table}'::regclass)");

        await act(50);

        await EndAsync(Store, DateTime.UnixEpoch);
        var read = await plain.AskAsync<long>($"SELECT pg_stat_get_tuples_returned(oid) + (SELECT sum(pg_stat_get_tuples_returned(indexrelid))::bigint FROM pg_index WHERE indrelid = pg_class.oid) FROM pg_class WHERE oid = '{plain.Schema}.{table}'::regclass");
        Assert.InRange(read, 1, Burst / 2);

        async Task QuietAsync()
        {
            await Store.EnqueueAsync([burst[0]], null);
            await act(1);
        }
    }

    // A session tells the server what it has read when it ends, at the latest.
    async Task EndAsync(PostgreSqlJobStore ended, DateTime sessionsSince)
    {
        await ended.DisposeAsync();
        plain!.Source.Clear();
        while (await plain.AskAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{plain.Schema}' AND backend_start > '{sessionsSince:O}'") > 0) Ending.ThrowIfCancellationRequested();
    }

    async Task<ClaimedJob[]> ClaimAsync(int many) =>
        (await Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, many)], SuspectAllowed = false })).Jobs;
}
