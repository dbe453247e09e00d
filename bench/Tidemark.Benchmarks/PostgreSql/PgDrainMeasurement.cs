namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>A backlog of no-op jobs on PostgreSQL, every completion durable; against the raw claim-and-complete loop at its best.</summary>
internal static class PgDrainMeasurement
{
    const string Raw = "pg drain, raw loop, 1,000 a claim, 4 connections";
    const string Engine = "pg drain, engine";

    public static async Task RunAsync(int rounds)
    {
        await using var server = await BenchServer.StartAsync();
        var rates = new Rates();
        for (var round = 0; round <= rounds; round++)
        {
            var raw = await RawLoops.DrainAsync(server, Drain.Jobs, 1_000, 4);
            var store = server.Store(BenchServer.NewSchema());
            await Drain.EnqueueAsync(store, Drain.Jobs);
            await server.RunAsync("CHECKPOINT");
            var before = await ServerWork.ReadAsync(server);
            var engine = await Drain.RunAsync(store, Drain.Jobs);
            var work = await ServerWork.ReadAsync(server) - before;
            if (round == 0) continue; // warm-up
            rates.Add(Raw, Drain.Jobs, raw);
            rates.Add(Engine, Drain.Jobs, engine);
            work.Print(Drain.Jobs);
        }
        rates.Print(Raw, "jobs/s");
        rates.Print(Engine, "jobs/s", Raw, ">= 70,000 and >= 0.55");
    }
}
