using System.Diagnostics;

namespace Tidemark.Benchmarks;

/// <summary>SIGKILL in the middle of a job: how long until its handler runs again, in a process started at once and in one that lives already. Default settings.</summary>
internal static class RecoveryMeasurement
{
    static readonly JobKey<int> Hold = new("hold");

    public static async Task RunAsync(int rounds)
    {
        var (started, alive) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            started.Add(await KillAsync(anotherLives: false));
            alive.Add(await KillAsync(anotherLives: true));
        }
        Print("recovery, start of a new process -> running", started, "<= 1 s");
        Print("recovery, kill -> running in a live process", alive, "<= 2 s");
    }

    /// <summary>Says "ready", then the instant of each start of a job, which it holds for ever.</summary>
    public static async Task ChildAsync(string database)
    {
        await using var host = await BenchHost.StartAsync(Bench.On(database), tidemark => tidemark.AddJob(Hold).HandledBy(async (int _, CancellationToken ct) =>
        {
            Console.WriteLine(Stopwatch.GetTimestamp());
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
        }));
        Console.WriteLine("ready");
        await Task.Delay(Timeout.InfiniteTimeSpan);
    }

    static async Task<double> KillAsync(bool anotherLives)
    {
        using var bench = new Bench();
        await using (var producer = await bench.StartAsync(_ => { })) await producer.Jobs.EnqueueAsync(Hold, 0);
        using var first = Child.Start("child-hold", bench.Database);
        await StartOfJobAsync(first);
        Child? second = null;
        try
        {
            if (anotherLives)
            {
                second = Child.Start("child-hold", bench.Database);
                while (await second.ReadLineAsync() != "ready") continue;
            }
            var killed = Stopwatch.GetTimestamp(); // the machine's monotonic clock: the same in every process
            first.Kill();
            second ??= Child.Start("child-hold", bench.Database);
            return Stopwatch.GetElapsedTime(killed, await StartOfJobAsync(second)).TotalSeconds;
        }
        finally
        {
            second?.Dispose();
        }
    }

    static async Task<long> StartOfJobAsync(Child child)
    {
        while (true)
        {
            if (long.TryParse(await child.ReadLineAsync(), out var at)) return at;
        }
    }

    static void Print(string what, List<double> seconds, string goal)
    {
        seconds.Sort();
        Console.WriteLine($"{what,-46} {seconds[seconds.Count / 2]:0.00} s [{seconds[0]:0.00}..{seconds[^1]:0.00}]   goal {goal}");
    }
}
