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
    const int LongestLook = 1_000; // of those who wait behind a limit, each time somebody may enter

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
    public Task Claims_and_plain_ends() => ReadsFewAsync(["job"], [.. Enumerable.Repeat(Given.Job, Burst)], async many =>
    {
        foreach (var jobs in (await ClaimAsync(many)).Chunk(100)) await Store.SettleAsync([.. jobs.Select(job => Given.Outcome(job, worker, JobEvent.Succeed))]);
    });

    [Fact]
    public Task Ends_that_are_written_one_by_one_and_those_with_effects() => ReadsFewAsync(["job"], [.. Enumerable.Repeat(Given.Job, Burst)], async many =>
    {
        foreach (var job in await ClaimAsync(many))
        {
            var end = Given.Outcome(job, worker, JobEvent.Succeed);
            await Store.SettleAsync([job.Id.Value % 2 == 0 ? end with { Log = [new(job.CreatedAt, "Information", "a line")] } : end with { Effects = (_, _) => default }]);
        }
    });

    [Fact]
    public Task Saves_and_the_ends_of_jobs_that_have_saved() => ReadsFewAsync(["job", "stream", "settled", "step"], [.. Enumerable.Repeat(Given.Job, Burst)], async many =>
    {
        var held = (await ClaimAsync(many)).Select((job, slot) => new Held(Store, worker, job, slot)).ToList();
        foreach (var one in held)
        {
            await Store.SaveMemoAsync(one.Lease, Given.Memo("first"));
            await one.SaveAsync(Given.Rows with { Settled = ["ahead"] });
            await one.SaveAsync(Given.Rows);
        }
        await Task.WhenAll(held.Select(one => one.SaveAsync(Given.Rows)));
        foreach (var one in held) Assert.NotEmpty((await Store.RecallAsync(one.Id, null)).Streams);
        await Store.SettleAsync([.. held.Select(one => one.Outcome(JobEvent.Succeed))]);
    }, $"""
        INSERT INTO tidemark.stream (job, name, number, done, quarantined, retried, shifted, handler_ms, ended, saved_at) SELECT -n, 'of others', 1, 0, 0, 0, 0, 0, false, 0 FROM generate_series(1, {Burst}) AS n;
        INSERT INTO tidemark.settled (stream, key) SELECT -n, 'of others' FROM generate_series(1, {Burst}) AS n;
        INSERT INTO tidemark.step (job, name, result) SELECT -n, 'of others', '' FROM generate_series(1, {Burst}) AS n
        """);

    [Fact]
    public Task Jobs_of_a_limit_behind_which_thousands_wait() => ReadsFewAsync(["job"], [.. Enumerable.Repeat(Given.Job with { Limit = new() { Key = "l", Places = 2 } }, Burst)], async many =>
    {
        for (var (left, claims) = (many, 0); left > 0; claims++)
        {
            Assert.InRange(claims, 0, 10 * many);
            var jobs = await ClaimAsync(many);
            await Store.SettleAsync([.. jobs.Select(job => Given.Outcome(job, worker, JobEvent.Succeed))]);
            left -= jobs.Length;
        }
    }, "UPDATE tidemark.job SET gate = 3 WHERE gate = 1", most: 50 * 2 * LongestLook, passedOver: "job_due");

    [Fact]
    public Task Keys() => ReadsFewAsync(["dedup"], [.. Enumerable.Range(0, Burst).Select(number => Given.Job with { Dedup = Given.Key($"of the burst {number}", DedupScope.ForEver) })], async many =>
    {
        for (var key = 0; key < many; key++) await Store.EnqueueAsync([Given.Job with { Dedup = Given.Key($"{key}", DedupScope.ForEver) }], null);
    });

    // A server keeps a plan that does not know the parameters from the sixth time on. Passed over: an index that the burst has left, whose dead entries stay as long as any other
    // test's snapshot, and are met at each look. Whoever reads the burst by another way is counted there.
    async Task ReadsFewAsync(string[] tables, NewJob[] burst, Func<int, Task> act, string? others = null, long most = Burst / 2, string passedOver = "none")
    {
        for (var quiet = 0; quiet < 10; quiet++) await QuietAsync();
        await plain!.RunAsync($"VACUUM ANALYZE {string.Join(", ", tables.Select(table => $"{plain.Schema}.{table}"))}");
        for (var quiet = 0; quiet < 2; quiet++) await QuietAsync();
        await plain.RunAsync($"DELETE FROM {plain.Schema}.dedup");
        plain.Source.Clear();
        var before = await plain.AskAsync<DateTime>("SELECT clock_timestamp()");
        var other = await plain.ConnectAsync();
        foreach (var some in burst.Chunk(2_000)) await other.EnqueueAsync(some, null);
        await EndAsync(other, before);
        if (others is not null) await plain.RunAsync(others.Replace("tidemark.", $"{plain.Schema}.", StringComparison.Ordinal));
        await plain.RunAsync($"SELECT pg_stat_reset_single_table_counters(oid) {OfEach(tables)}");

        await act(50);

        await EndAsync(Store, DateTime.UnixEpoch);
        Assert.InRange(await plain.AskAsync<long>($"SELECT sum(pg_stat_get_tuples_returned(oid))::bigint {OfEach(tables)} WHERE oid IS DISTINCT FROM to_regclass('{plain.Schema}.{passedOver}')"), 1, most);

        async Task QuietAsync()
        {
            await Store.EnqueueAsync([burst[0], burst[0]], null);
            await act(2);
        }
    }

    // And of their indexes.
    string OfEach(string[] tables)
    {
        var names = string.Join(',', tables.Select(table => $"{plain!.Schema}.{table}"));
        return $"FROM (SELECT unnest('{{{names}}}'::regclass[]) AS oid UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = ANY ('{{{names}}}'::regclass[])) AS one";
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
