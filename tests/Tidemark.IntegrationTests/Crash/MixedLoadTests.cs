using System.Diagnostics;
using Tidemark.IntegrationTests.Crash.Checks;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>Eight processes that ask for jobs and run them on one file, and nobody disturbs them.</summary>
public sealed class MixedLoadTests(ITestOutputHelper output) : IDisposable
{
    const int Processes = 8;
    const int Comparable = 25; // jobs a process, before their numbers tell anything
    const long MostWal = 64L << 20;
    readonly StoreFolder folder = new();

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Eight_processes_on_one_file_are_served_alike_without_an_error_and_the_WAL_stays_small()
    {
        using var fleet = new Fleet(folder.Path);
        var serving = Enumerable.Range(0, Processes).Select(_ => fleet.Start("--produce", "100000", "--pause-ms", "10", "--items", "4")).ToArray();
        foreach (var process in serving) await Fleet.UpAsync(process);
        var (from, wal) = (fleet.Read().Entries[^1].At, 0L);
        var (since, served) = (Stopwatch.StartNew(), new List<int>());
        while (since.Elapsed < TimeSpan.FromSeconds(CrashTime.Choose(brief: 6, full: 60)) || served.Sum() < Processes * Comparable)
        {
            wal = Math.Max(wal, new FileInfo(fleet.Database + "-wal").Length);
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
        Assert.Equal("ok", fleet.Integrity());
        Assert.InRange(wal, 1, MostWal);
        output.WriteLine($"{history.Of("acked").Count()} jobs; acknowledged in the common time per process: {string.Join(", ", served)}; largest WAL {wal >> 10} KiB");
        Assert.Equal(Processes, served.Count);
        Assert.True(served.Max() <= 3 * served.Min(), $"Served unevenly: {string.Join(", ", served)}");
    }
}
