using System.Diagnostics;
using Tidemark.Benchmarks.PostgreSql;

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
            started.Add(await OnFileAsync(anotherLives: false));
            alive.Add(await OnFileAsync(anotherLives: true));
        }
        Print("recovery, start of a new process -> running", started, "<= 1 s");
        Print("recovery, kill -> running in a live process", alive, "<= 2 s");
    }

    /// <summary>Says "ready", then the instant of each start of a job, which it holds for ever.</summary>
    public static async Task ChildAsync(string place)
    {
        await using var host = await BenchHost.StartAsync(BenchServer.IsPlace(place) ? BenchServer.On(place) : Bench.On(place), tidemark => tidemark.AddJob(Hold).HandledBy(async (int _, CancellationToken ct) =>
        {
            Console.WriteLine(Stopwatch.GetTimestamp());
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
        }));
        Console.WriteLine("ready");
        await Task.Delay(Timeout.InfiniteTimeSpan);
    }

    static async Task<double> OnFileAsync(bool anotherLives)
    {
        using var bench = new Bench();
        return await KillAsync(bench.Store, bench.Database, bench.Database, anotherLives);
    }

    /// <summary>Seconds from the kill of the one to the job's start in the other.</summary>
    public static async Task<double> KillAsync(Action<TidemarkBuilder> store, string here, string there, bool anotherLives)
    {
        await using (var producer = await BenchHost.StartAsync(store, _ => { })) await producer.Jobs.EnqueueAsync(Hold, 0);
        using var first = Child.Start("child-hold", here);
        await StartOfJobAsync(first);
        Child? second = null;
        try
        {
            if (anotherLives)
            {
                second = Child.Start("child-hold", there);
                await second.ReadyAsync();
            }
            var killed = Stopwatch.GetTimestamp(); // the machine's monotonic clock: the same in every process
            first.Kill();
            second ??= Child.Start("child-hold", there);
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

    public static void Print(string what, List<double> seconds, string goal)
    {
        seconds.Sort();
        Console.WriteLine($"{what,-46} {seconds[seconds.Count / 2]:0.00} s [{seconds[0]:0.00}..{seconds[^1]:0.00}]   goal {goal}");
    }
}
