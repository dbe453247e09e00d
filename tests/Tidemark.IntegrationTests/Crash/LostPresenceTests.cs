using System.Runtime.InteropServices;
using Tidemark.IntegrationTests.Behaviour;
using Tidemark.IntegrationTests.Crash.Checks;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.Storage.Presence;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>What a loss of power may do to the file in which a worker gave account: it is empty, half, or of another day.</summary>
public sealed class LostPresenceTests : IDisposable
{
    readonly StoreFolder folder = new();
    readonly SqliteCrashStore store;

    public LostPresenceTests() => store = new(folder.Path);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(3_000)]
    [InlineData(100_000)]
    public async Task The_jobs_of_a_dead_worker_whose_account_is_lost_are_taken_all_the_same(int zeros)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var fleet = await Fleet.OfAsync(store);
        await File.WriteAllBytesAsync(await KilledAtWorkAsync(fleet), new byte[zeros], Ending);
        Judge.AssertSound(await fleet.FinishAsync(), Mix.Bound);
    }

    [Fact]
    public async Task An_account_from_before_a_restart_of_the_machine_is_not_believed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var fleet = await Fleet.OfAsync(store);
        var path = await KilledAtWorkAsync(fleet);
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
            RandomAccess.Write(file, Guid.NewGuid().ToByteArray(), Marshal.OffsetOf<FileHeader>(nameof(FileHeader.BootId)));
        var history = await fleet.FinishAsync();
        Judge.AssertSound(history, Mix.Bound);

        await using var client = await StartedEngine.StartAsync(store.Database);
        var interrupted = history.Of("began").GroupBy(entry => entry.Token).Where(runs => runs.Count() > 1).Select(runs => runs.Key).ToHashSet();
        var ids = history.Of("acked").Where(entry => interrupted.Contains(entry.Token) && entry.Token.EndsWith('1')).Select(entry => new JobId(long.Parse(entry.More))).ToList(); // calls: they neither park nor fail
        Assert.NotEmpty(ids);
        foreach (var id in ids) Assert.All((await client.ReadAsync(id)).Interruptions, line => Assert.False(line.What.Exact));
    }

    // Its presence file, after it was killed with items in flight.
    async Task<string> KilledAtWorkAsync(Fleet fleet)
    {
        var process = fleet.Start("--produce", "2", "--items", "500", "--pause-ms", "0");
        while (fleet.Read().Of("item").Count() < 20) await Task.Delay(10, Ending);
        Fleet.Kill(process);
        return Assert.Single(Directory.GetFiles(store.Database + "-presence", "*.presence"));
    }
}
