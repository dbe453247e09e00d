namespace Tidemark.Benchmarks;

/// <summary>A backlog of no-op jobs, every completion durable; against the raw claim-and-complete loop. The first round is cold: start-up and JIT are in it.</summary>
internal static class DrainMeasurement
{
    const string Raw = "drain, raw loop, 100 a claim";
    const string Engine = "drain, engine";

    public static async Task RunAsync(int rounds)
    {
        var rates = new Rates();
        for (var round = 0; round <= rounds; round++)
        {
            using var bench = new Bench();
            var heat = round == 0 ? ", first of the process" : "";
            rates.Add(Raw + heat, Drain.Jobs, RawQueue.Drain(bench.Path("raw.db"), Drain.Jobs, 100));
            await Drain.EnqueueAsync(bench.Store, Drain.Jobs);
            rates.Add(Engine + heat, Drain.Jobs, await Drain.RunAsync(bench.Store, Drain.Jobs));
        }
        rates.Print($"{Raw}, first of the process", "jobs/s");
        rates.Print($"{Engine}, first of the process", "jobs/s", $"{Raw}, first of the process");
        rates.Print(Raw, "jobs/s");
        rates.Print(Engine, "jobs/s", Raw, ">= 120,000 and >= 0.6");
    }
}
