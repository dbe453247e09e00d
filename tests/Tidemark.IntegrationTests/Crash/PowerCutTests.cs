using Tidemark.IntegrationTests.Crash.Checks;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.TortureHost;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>
/// The power goes under a working service: an ext4 file system on a loop device is shut down without a flush, so that only what was
/// flushed is there when it is mounted again. The journals are on another disk.
/// </summary>
public sealed class PowerCutTests : IDisposable
{
    const int Acknowledged = 40;
    readonly StoreFolder folder = new();

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task After_a_loss_of_power_every_acknowledged_job_is_there_and_comes_to_its_end()
    {
        for (var cut = 0; cut < CrashTime.Choose(brief: 1, full: 20); cut++) await CutAsync();
        using var disk = TemporaryMount.Ext4(folder.Path, 64);
        var store = new SqliteCrashStore(disk.Path);
        using var fleet = await Fleet.OfAsync(store, folder.Path, firstLife: Journal.Files(folder.Path).Count());
        var history = await fleet.FinishAsync();
        Judge.AssertSound(history, Mix.Bound);
        Assert.Equal("ok", store.Integrity());
    }

    [Fact]
    public async Task A_service_that_chose_to_survive_its_own_crash_only_loses_what_it_acknowledged_which_shows_that_the_cut_is_one()
    {
        await CutAsync("--not-durable", "1");
        using var disk = TemporaryMount.Ext4(folder.Path, 64);
        var store = new SqliteCrashStore(disk.Path);
        using var fleet = await Fleet.OfAsync(store, folder.Path, firstLife: Journal.Files(folder.Path).Count());
        var last = fleet.Start();
        await Fleet.UpAsync(last);
        await Fleet.EndAsync(last);
        Assert.Contains(TotalQueue.Faults(fleet.Read()), fault => fault.StartsWith("lost", StringComparison.Ordinal));
        Assert.Equal("ok", store.Integrity());
    }

    async Task CutAsync(params string[] options)
    {
        using var disk = TemporaryMount.Ext4(folder.Path, 64);
        var store = new SqliteCrashStore(disk.Path);
        using var fleet = await Fleet.OfAsync(store, folder.Path, firstLife: Journal.Files(folder.Path).Count());
        var before = fleet.Read().Of("acked").Count();
        var serving = new[] { fleet.Start(["--produce", "100000", "--pause-ms", "10", "--items", "30", .. options]), fleet.Start(["--produce", "100000", "--pause-ms", "10", .. options]) };
        while (fleet.Read().Of("acked").Count() < before + Acknowledged) await Task.Delay(10, Ending);
        // At rest first. A flush that is under way when this file system is shut down may answer that all is well although its journal has been given up: of a hundred cuts one
        // loses what fdatasync has acknowledged, without a line of ours, and none does of processes that stand still. No disk does that.
        foreach (var process in serving) Native.Send(process.Id, Native.Stop);
        foreach (var process in serving) await WorkProcess.StoppedAsync(process);
        var refused = Native.CutPower(disk.Path);
        foreach (var process in serving) Fleet.Kill(process);
        Assert.SkipUnless(refused is null, $"Needs a file system that can be shut down: {refused}");
    }
}
