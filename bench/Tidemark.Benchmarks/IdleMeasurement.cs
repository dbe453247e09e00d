namespace Tidemark.Benchmarks;

/// <summary>The processor time of an engine that waits, in a process of its own.</summary>
internal static class IdleMeasurement
{
    static readonly TimeSpan Settle = TimeSpan.FromMinutes(2); // until the JIT has recompiled what runs at all: what runs twice a second takes that long
    static readonly TimeSpan Span = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(int rounds)
    {
        _ = rounds; // half a minute once is enough
        using var bench = new Bench();
        using var child = Child.Start("child-idle", bench.Database);
        var share = double.Parse(await child.ReadLineAsync(), System.Globalization.CultureInfo.InvariantCulture);
        Console.WriteLine($"idle engine, {Span.TotalSeconds:0} s                              {share:P2} of a core   goal < 0.5 %");
    }

    public static async Task ChildAsync(string database)
    {
        await using var host = await BenchHost.StartAsync(Bench.On(database), tidemark => tidemark.AddJob(new JobKey<int>("noop")).HandledBy((int _) => { }));
        await Task.Delay(Settle);
        var before = Environment.CpuUsage.TotalTime;
        await Task.Delay(Span);
        Console.WriteLine(((Environment.CpuUsage.TotalTime - before) / Span).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
