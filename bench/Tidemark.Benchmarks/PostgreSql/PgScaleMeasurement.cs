namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>Are more worker processes ever slower than one? A backlog that so many of them drain, as by their own hosts.</summary>
internal static class PgScaleMeasurement
{
    const int Backlog = 200_000, ToWarmUp = 20_000;
    const string Queue = "default";
    static readonly int[] Workers = [1, 2, 4, 8];
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    static readonly JobKey<int> Noop = new("noop");

    public static async Task RunAsync(int rounds)
    {
        await using var server = await BenchServer.StartAsync();
        var rates = new Rates();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var workers in Workers) rates.Add(NameOf(workers), Backlog, await DrainAsync(server, workers));
        }
        rates.Print(NameOf(1), "jobs/s");
        foreach (var workers in Workers.Skip(1)) rates.Print(NameOf(workers), "jobs/s", NameOf(1), ">= 1");
    }

    /// <summary>So many workers in one process, each as on a host of its own: says "ready", and works until it is killed.</summary>
    public static async Task ChildAsync(string workersAtPlace)
    {
        var (workers, place) = workersAtPlace.Split('\n', 2) is [var count, var rest] ? (int.Parse(count, System.Globalization.CultureInfo.InvariantCulture), rest) : throw new ArgumentException("Not a count and a place.", nameof(workersAtPlace));
        for (var worker = 0; worker < workers; worker++) _ = await BenchHost.StartAsync(BenchServer.On($"{place}-{worker}"), tidemark => tidemark.AddJob(Noop).HandledBy((int _) => { }));
        Console.WriteLine("ready");
        await Task.Delay(Timeout.InfiniteTimeSpan);
    }

    static string NameOf(int workers) => $"pg drain of {Backlog:N0} by {workers} processes";

    // Held back by the queue's pause until all of it is there and all of them are warm.
    static async Task<System.Diagnostics.Stopwatch> DrainAsync(BenchServer server, int workers)
    {
        using var hosts = new Bench();
        var schema = BenchServer.NewSchema();
        await using var client = await BenchHost.StartAsync(server.Store(schema), _ => { });
        var children = new List<Child>();
        try
        {
            for (var worker = 0; worker < workers; worker++) children.Add(Child.Start("child-work", $"1\n{server.Place(schema, hosts.Path($"host-{worker}"))}"));
            foreach (var child in children) await child.ReadyAsync();
            await client.Jobs.EnqueueManyAsync(Noop, Enumerable.Range(0, ToWarmUp * workers));
            await EmptyAsync(server, schema);
            await client.Jobs.PauseQueueAsync(Queue);
            await client.Jobs.EnqueueManyAsync(Noop, Enumerable.Range(0, Backlog));
            await server.RunAsync("CHECKPOINT");
            var watch = System.Diagnostics.Stopwatch.StartNew();
            await client.Jobs.ResumeQueueAsync(Queue);
            await EmptyAsync(server, schema);
            watch.Stop();
            return watch;
        }
        finally
        {
            children.ForEach(child => child.Dispose());
        }
    }

    // Looked for from the newest on: it is the last to go.
    static async Task EmptyAsync(BenchServer server, string schema)
    {
        await using var left = server.Source.CreateCommand($"SELECT count(*) FROM (SELECT id FROM {schema}.job ORDER BY id DESC LIMIT 1) AS newest");
        while ((long)(await left.ExecuteScalarAsync())! > 0) await Task.Delay(Look);
    }
}
