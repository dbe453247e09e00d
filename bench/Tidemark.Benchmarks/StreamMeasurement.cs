namespace Tidemark.Benchmarks;

/// <summary>A stream of tiny items at several bounds, against a hand-written loop that saves its cursor as often.</summary>
internal static class StreamMeasurement
{
    static readonly (int Bound, int Items, string Goal)[] Cases = [(1, 10_000, ">= 0.9"), (10, 100_000, ">= 0.9"), (100, 100_000, ">= 0.75"), (1_000, 1_000_000, ">= 0.6")];

    public static async Task RunAsync(int rounds)
    {
        var rates = new Rates();
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (bound, items, _) in Cases)
            {
                using var bench = new Bench();
                var raw = RawQueue.Stream(bench.Path("raw.db"), items, bound);
                long sum = 0;
                var engine = await Streams.RunAsync(bench.Store, bound, items, () => sum++);
                if (round == 0) continue; // warm-up
                rates.Add($"stream, hand-written, saved every {bound}", items, raw);
                rates.Add($"stream, engine, bound {bound}", items, engine);
            }
        }
        foreach (var (bound, _, goal) in Cases)
        {
            rates.Print($"stream, hand-written, saved every {bound}", "items/s");
            rates.Print($"stream, engine, bound {bound}", "items/s", $"stream, hand-written, saved every {bound}", goal);
        }
    }
}
