namespace Tidemark.Benchmarks;

/// <summary>Is the managed heap flat over a stream of 10,000,000 items? And what does a process take that does nothing but drain?</summary>
internal static class MemoryMeasurement
{
    const int Items = 10_000_000, LookEvery = 1_000_000, Page = 1_000;
    static readonly JobKey<int> Long = new("long");

    public static async Task RunAsync(int rounds)
    {
        var heaps = new List<long>();
        using (var bench = new Bench()) await StreamAsync(bench, heaps);
        heaps.RemoveAt(0); // code and caches are still growing
        var middle = (heaps.Min() + heaps.Max()) / 2.0;
        Console.WriteLine($"heap after GC over {Items:N0} items              {heaps.Min() / 1024.0:N0}..{heaps.Max() / 1024.0:N0} KiB, +-{(heaps.Max() - middle) / middle:P1}   goal +-5 %");

        long peak = 0;
        for (var round = 0; round < rounds; round++)
        {
            using var bench = new Bench();
            await Drain.EnqueueAsync(bench.Store, Drain.Jobs);
            using var child = Child.Start("child-drain", bench.Database);
            peak = Math.Max(peak, long.Parse(await child.ReadLineAsync()));
        }
        Console.WriteLine($"peak resident set of a drain of {Drain.Jobs:N0}, alone       {peak >> 20} MB   goal <= 120 MB");
    }

    /// <summary>In a process of its own: drains and tells its peak.</summary>
    public static async Task ChildAsync(string database)
    {
        await Drain.RunAsync(Bench.On(database), Drain.Jobs);
        Console.WriteLine(System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64);
    }

    static async Task StreamAsync(Bench bench, List<long> heaps)
    {
        long seen = 0;
        await using var host = await bench.StartAsync(tidemark => tidemark.AddJob(Long)
            .HandledBy((int _, JobContext job) => job.Stream("items", Keyset.Of((long? after, int take, CancellationToken _) => PageAfter(after ?? 0, take), item => item, options: new() { PageSize = Page }))
                .ForEachAsync((_, _) =>
                {
                    if (++seen % LookEvery == 0) heaps.Add(GC.GetTotalMemory(forceFullCollection: true));
                    return Task.CompletedTask;
                }))
            .Stream("items", stream => stream.ResumeCost = ResumeCost.AtMost(Page)));
        var (id, _) = await host.Jobs.EnqueueAsync(Long, 0);
        var result = await host.Jobs.WaitAsync(id);
        if (result.State != JobState.Succeeded || seen != Items) throw new InvalidOperationException($"{seen} items: {result.Error}");
    }

    static Task<IReadOnlyList<long?>> PageAfter(long after, int take)
    {
        var page = new long?[Math.Min(take, Items - after)];
        for (var i = 0; i < page.Length; i++) page[i] = after + i + 1;
        return Task.FromResult<IReadOnlyList<long?>>(page);
    }
}
