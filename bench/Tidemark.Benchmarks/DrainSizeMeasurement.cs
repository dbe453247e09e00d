namespace Tidemark.Benchmarks;

/// <summary>Does the drain keep its speed as history and backlog grow? A million finished jobs kept; a backlog ten times as large.</summary>
internal static class DrainSizeMeasurement
{
    const int Many = 1_000_000;
    const string Plain = "drain of 100,000";
    const string Kept = "drain of 100,000 with 1,000,000 finished kept";
    const string Backlog = "drain of 1,000,000";

    public static async Task RunAsync(int rounds)
    {
        var rates = new Rates();
        using var large = new Bench();
        for (var round = 0; round < rounds; round++)
        {
            // The first large drain makes the finished jobs that the others find.
            await Drain.EnqueueAsync(large.Store, round == 0 ? Many : Drain.Jobs);
            if (round == 0)
            {
                rates.Add(Backlog, Many, await Drain.RunAsync(large.Store, Many));
                await Drain.EnqueueAsync(large.Store, Drain.Jobs);
            }
            using var small = new Bench();
            await Drain.EnqueueAsync(small.Store, Drain.Jobs);
            rates.Add(Plain, Drain.Jobs, await Drain.RunAsync(small.Store, Drain.Jobs));
            rates.Add(Kept, Drain.Jobs, await Drain.RunAsync(large.Store, Drain.Jobs));
        }
        rates.Print(Plain, "jobs/s");
        rates.Print(Kept, "jobs/s", Plain, "0.9 to 1.1");
        rates.Print(Backlog, "jobs/s", Plain, "0.9 to 1.1");
    }
}
