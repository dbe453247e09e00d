using System.Diagnostics;
using Npgsql;
using Tidemark.PostgreSql;
using Tidemark.Enqueueing;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.Reading;
using Tidemark.Settling;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>The engine on PostgreSQL: a worker is killed in the middle of a stream, and another one goes on.</summary>
public sealed class TakeoverTests(ITestOutputHelper output) : IAsyncLifetime
{
    const int Items = 200;
    const int Bound = 10; // as the host declares it
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    static int schemas;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-takeover-");
    readonly string schema = $"takeover_{Interlocked.Increment(ref schemas)}";
    Server? server;
    NpgsqlDataSource? source;
    PostgreSqlJobStore? store;

    string Log => Path.Combine(folder.FullName, "items.log");

    public async ValueTask InitializeAsync()
    {
        server = await SharedServer.GetAsync();
        source = NpgsqlDataSource.Create(server.ConnectionString);
        store = new(source, new() { Schema = schema, PresenceDirectory = Path.Combine(folder.FullName, "presence-of-the-test") });
        await store.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await store!.DisposeAsync();
        await source!.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_killed_worker_s_job_goes_on_elsewhere_and_redoes_no_more_than_its_bound(bool sameHost)
    {
        var job = await EnqueueAsync();
        using var first = await StartAsync("presence-1", milliseconds: 100); // long enough for the other one to come up meanwhile
        await UntilAsync(async () => (await LinesAsync()).Length > 0);
        using var second = await StartAsync(sameHost ? "presence-1" : "presence-2");
        await UntilAsync(async () => (await LinesAsync()).Length >= 2 * Bound);
        first.Kill();
        var (killed, killedAt) = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow);
        await UntilAsync(async () => (await LinesAsync()).Any(line => line.Process == second.Id));
        output.WriteLine($"from the kill to the first item elsewhere: {Stopwatch.GetElapsedTime(killed).TotalMilliseconds:0} ms (same host: {sameHost})");
        await UntilAsync(async () => (await store!.GetVerdictAsync(job))!.State == JobState.Succeeded);

        var lines = await LinesAsync();
        Assert.Equal([.. Enumerable.Range(0, Items).Order()], lines.Select(line => line.Item).Distinct().Order());
        Assert.InRange(lines.Length - Items, 0, Bound);
        Assert.Equal([first.Id, second.Id], lines.Select(line => line.Process).Distinct());
        var told = Assert.Single((await store!.GetJobAsync(job))!.Interruptions).What;
        Assert.Equal((InterruptionCause.Crash, sameHost), (told.Cause, told.Exact));
        var details = (await store!.GetJobAsync(job))!;
        output.WriteLine($"rescued {(details.Interruptions[0].At - killedAt).TotalMilliseconds:0} ms, begun {(details.Job.StartedAt!.Value - killedAt).TotalMilliseconds:0} ms after the kill; {told.Detail}");
        // What it says is what was lost: begun again, or settled without a checkpoint and begun again.
        if (sameHost) Assert.InRange(told.CostItems, lines.Length - Items, Bound);
    }

    [Fact]
    public async Task A_job_that_another_process_enqueues_starts_and_ends_here()
    {
        using var worker = await StartAsync("presence-1", items: 3);
        var job = await EnqueueAsync();
        await UntilAsync(async () => (await store!.GetVerdictAsync(job))!.State == JobState.Succeeded);
        Assert.Equal([(0, worker.Id), (1, worker.Id), (2, worker.Id)], await LinesAsync());
    }

    Task<HostProcess> StartAsync(string presence, int items = Items, int milliseconds = 1) => HostProcess.StartAsync(server!, schema, Path.Combine(folder.FullName, presence), Log, items, milliseconds);

    async Task<JobId> EnqueueAsync() => (await store!.EnqueueAsync([StoreContract.Given.Job with { Name = "count", Arguments = StoreContract.Given.Json("0") }], null))[0].Id;

    async Task<(int Item, int Process)[]> LinesAsync() => File.Exists(Log)
        ? [.. (await File.ReadAllLinesAsync(Log)).Select(line => line.Split(' ')).Select(line => (int.Parse(line[0]), int.Parse(line[1])))]
        : [];

    static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (!await holds()) await Task.Delay(20, limit.Token);
    }
}
