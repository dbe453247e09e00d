using System.Diagnostics;
using Tidemark.IntegrationTests.Crash.Checks;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>Eight processes that ask for jobs and run them on one store, and nobody disturbs them.</summary>
public sealed class MixedLoadTests(ITestOutputHelper output)
{
    const int Processes = 8;
    const int Warm = 5;
    const int Comparable = 25; // jobs a process, before their numbers tell anything
    const long MostWal = 64L << 20;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Eight_processes_on_one_file_are_served_alike_without_an_error_and_the_WAL_stays_small()
    {
        await using var store = (SqliteCrashStore)await CrashStore.CreateAsync(StoreKind.Sqlite);
        var wal = 0L;
        await ServeAlikeAsync(store, seconds: 6, meanwhile: () => wal = Math.Max(wal, new FileInfo(store.Database + "-wal").Length));
        Assert.InRange(wal, 1, MostWal);
        output.WriteLine($"largest WAL {wal >> 10} KiB");
    }

    [Fact]
    public async Task Eight_processes_on_one_server_are_served_alike_without_an_error()
    {
        await using var store = await CrashStore.CreateAsync(StoreKind.PostgreSql);
        await ServeAlikeAsync(store, seconds: 4, meanwhile: () => { });
    }

    async Task ServeAlikeAsync(CrashStore store, int seconds, Action meanwhile)
    {
        using var fleet = await Fleet.OfAsync(store);
        var serving = Enumerable.Range(0, Processes).Select(_ => fleet.Start("--produce", "100000", "--pause-ms", "10", "--items", "4", "--lease-ms", "15000")).ToArray();
        foreach (var process in serving) await Fleet.UpAsync(process);
        // What a process does for the first time takes it many times as long, on a busy machine for seconds.
        while (Enumerable.Range(0, Processes).Any(life => fleet.Read().Of("acked").Count(entry => entry.Token.StartsWith($"{life}-", StringComparison.Ordinal)) < Warm)) await Task.Delay(50, Ending);
        var from = fleet.Read().Entries[^1].At;
        var (since, served) = (Stopwatch.StartNew(), new List<int>());
        while (since.Elapsed < TimeSpan.FromSeconds(CrashTime.Choose(brief: seconds, full: 60)) || served.Sum() < Processes * Comparable)
        {
            meanwhile();
            served = [.. fleet.Read().Of("acked").Where(entry => entry.At >= from).GroupBy(entry => entry.Token.Split('-')[0]).Select(group => group.Count())];
            Assert.True(since.Elapsed < CrashTime.Longest, $"Served in {since.Elapsed}: {string.Join(", ", served)}");
            await Task.Delay(100, Ending);
        }
        await Fleet.EndAsync(serving);

        var history = await fleet.FinishAsync();
        Judge.AssertSound(history, Mix.Bound);
        Assert.Equal(0, PaidAgain.Count(history));
        Assert.Empty(history.Of("refused"));
        Assert.Equal("", fleet.Said());
        Assert.Equal("ok", store.Integrity());
        output.WriteLine($"{history.Of("acked").Count()} jobs; acknowledged in the common time per process: {string.Join(", ", served)}");
        Assert.Equal(Processes, served.Count);
        Assert.True(served.Max() <= 3 * served.Min(), $"Served unevenly: {string.Join(", ", served)}");
    }
}
