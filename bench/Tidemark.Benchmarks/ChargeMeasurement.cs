using System.Diagnostics;

namespace Tidemark.Benchmarks;

/// <summary>What checkpoints cost a stream of items that work for 100 microseconds each: bound 100, against the same stream saved once, at its end.</summary>
internal static class ChargeMeasurement
{
    const int Items = 20_000, Bound = 100, Never = 1_000_000;
    static readonly TimeSpan Work = TimeSpan.FromMicroseconds(100);

    public static async Task RunAsync(int rounds)
    {
        var rates = new Rates();
        for (var round = 0; round <= rounds; round++)
        {
            using var bench = new Bench();
            var without = await Streams.RunAsync(Bench.On(bench.Path("without.db")), Never, Items, Spin);
            var with = await Streams.RunAsync(Bench.On(bench.Path("with.db")), Bound, Items, Spin);
            if (round == 0) continue; // warm-up
            rates.Add("items of 100 us, no checkpoint", Items, without);
            rates.Add("items of 100 us, bound 100", Items, with);
        }
        rates.Print("items of 100 us, no checkpoint", "items/s");
        rates.Print("items of 100 us, bound 100", "items/s", "items of 100 us, no checkpoint", ">= 0.97");
    }

    static void Spin()
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Work) Thread.SpinWait(20);
    }
}
