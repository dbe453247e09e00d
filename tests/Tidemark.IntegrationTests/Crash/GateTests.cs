using Tidemark.IntegrationTests.Crash.Checks;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.Seams;
using Tidemark.TortureHost;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>A process that stands still inside its write transaction, with the gate in its hands: nobody can write, and nobody loses a lease for it.</summary>
public sealed class GateTests : IDisposable
{
    readonly StoreFolder folder = new();
    readonly SqliteCrashStore store;

    public GateTests() => store = new(folder.Path);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_process_stopped_inside_its_transaction_for_many_leases_costs_the_others_time_and_nothing_else()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var fleet = await Fleet.OfAsync(store);
        var others = new[] { fleet.Start("--lease-ms", "1000", "--produce", "12", "--items", "200"), fleet.Start("--lease-ms", "1000", "--produce", "12", "--items", "200") };
        foreach (var process in others) await Fleet.UpAsync(process);
        var holder = fleet.Start(new Dictionary<string, string> { [FaultArming.Variable] = $"{FaultPoints.CommitInside}@1:stop" });
        await WorkProcess.StoppedAsync(holder);
        try
        {
            Assert.False(store.IsGateFree());
            var (before, beats) = (fleet.Read(), new BeatCount(store.Database));
            await beats.SeenAsync(most: 40, Ending); // twenty a lease's worth, from those who cannot write
            Assert.Equal(before.Done.Count, fleet.Read().Done.Count);
        }
        finally
        {
            Native.Send(holder.Id, Native.Continue);
        }

        await fleet.DrainedAsync();
        await Fleet.EndAsync([holder, .. others]);
        var history = await fleet.FinishAsync();
        Judge.AssertSound(history, Mix.Bound);
        Assert.Equal(0, PaidAgain.Count(history));
        var kinds = history.Asked();
        Assert.All(history.Of("began").Where(entry => kinds[entry.Token].Kind != Mix.Steps.Name), entry => Assert.Equal("1", entry.More)); // nobody was rescued
        Assert.DoesNotContain("busy", fleet.Said(), StringComparison.OrdinalIgnoreCase);
    }
}
