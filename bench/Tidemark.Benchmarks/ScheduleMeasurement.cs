using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Tidemark.Benchmarks;

/// <summary>100,000 schedules: declaring them, declaring them again, 1,000 of them due at one instant, and what the others cost while nothing is due.</summary>
internal static class ScheduleMeasurement
{
    const int All = 100_000;
    const int Due = 1_000;
    static readonly JobKey<int> Noop = new("noop");
    static readonly TimeSpan Settle = TimeSpan.FromMinutes(2); // as the idle engine's
    static readonly TimeSpan Span = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(int rounds)
    {
        using var bench = new Bench();
        for (var round = 0; round < rounds; round++) await RoundAsync(round, bench.StartAsync, at => Task.FromResult(Enqueued(bench.Database, at)));
        using var with = Child.Start("child-schedules", bench.Database);
        using var other = new Bench();
        using var without = Child.Start("child-idle", other.Database);
        var (share, bare) = (Parse(await with.ReadLineAsync()), Parse(await without.ReadLineAsync()));
        Console.WriteLine($"idle engine with {All:N0} schedules, {Span.TotalSeconds:0} s   {share:P2} of a core   goal < 1 %; without {bare:P2}");
    }

    /// <summary>Declares all, waits for the instant of some, and tells how long both took.</summary>
    /// <param name="round">The first declares what nobody knows.</param>
    /// <param name="start">Starts the host on the store.</param>
    /// <param name="enqueued">How many occurrences of an instant have their job.</param>
    public static async Task RoundAsync(int round, Func<Action<TidemarkBuilder>, Task<BenchHost>> start, Func<DateTimeOffset, Task<long>> enqueued)
    {
        // Another instant each round: the 1,000 have changed rules.
        var at = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + (round == 0 ? 90 : 30));
        var time = Stopwatch.StartNew();
        await using var host = await start(tidemark => Declare(tidemark, at));
        var started = time.Elapsed;
        if (DateTimeOffset.UtcNow > at) throw new InvalidOperationException($"Declaring took {started}: the instant had passed.");
        await Task.Delay(at - DateTimeOffset.UtcNow);
        while (await enqueued(at) < Due) await Task.Delay(5);
        var late = (DateTimeOffset.UtcNow - at).TotalMilliseconds;
        time.Restart();
        await host.Jobs.EnqueueManyAsync(Noop, Enumerable.Range(0, Due));
        Console.WriteLine($"{All:N0} schedules, {(round == 0 ? "declared first" : $"declared again, {Due:N0} with another rule")}   {started.TotalSeconds,5:0.0} s (host's start)");
        Console.WriteLine($"{Due:N0} due at one instant, all seen enqueued   {late,5:N0} ms later   goal < 1,000; the same jobs by EnqueueManyAsync {time.Elapsed.TotalMilliseconds:N0} ms");
    }

    public static async Task ChildAsync(string database)
    {
        await using var host = await BenchHost.StartAsync(Bench.On(database), tidemark => Declare(tidemark, DateTimeOffset.UtcNow.AddDays(1)));
        await Task.Delay(Settle);
        var before = Environment.CpuUsage.TotalTime;
        await Task.Delay(Span);
        Console.WriteLine(((Environment.CpuUsage.TotalTime - before) / Span).ToString(CultureInfo.InvariantCulture));
    }

    static void Declare(TidemarkBuilder tidemark, DateTimeOffset at)
    {
        tidemark.AddJob(Noop).HandledBy((int _) => { });
        var (soon, daily) = (Schedule.At(at), Schedule.Cron("0 0 1 1 *").In("Asia/Kathmandu"));
        for (var number = 0; number < All; number++) tidemark.AddSchedule($"schedule-{number:000000}", Noop, number, number < Due ? soon : daily);
    }

    static long Enqueued(string database, DateTimeOffset at)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM occurrence WHERE at = @at";
        command.Parameters.AddWithValue("@at", at.ToUnixTimeMilliseconds());
        return (long)command.ExecuteScalar()!;
    }

    static double Parse(string share) => double.Parse(share, CultureInfo.InvariantCulture);
}
