using Tidemark.IntegrationTests.Crash.Checks;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>The wall clock of one process, or of all, is set an hour forwards and back while jobs run. Leases go by another clock.</summary>
public sealed class ClockTests : IDisposable
{
    readonly StoreFolder folder = new();
    readonly SqliteCrashStore store;

    public ClockTests() => store = new(folder.Path);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Jobs_that_run_while_the_wall_clock_steps_an_hour_forwards_and_back_keep_their_leases_and_run_once(bool everybody)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a library that is loaded before libc.");
        var clock = new SteppedClock(folder.Path);
        await clock.SetAsync(TimeSpan.Zero);
        using var fleet = await Fleet.OfAsync(store);
        var serving = new[] { fleet.Start(clock.Environment, Producing), fleet.Start(everybody ? clock.Environment : [], Producing) };
        foreach (var process in serving) await Fleet.UpAsync(process);
        foreach (var hours in new[] { 1, 0, -1, 0 })
        {
            await clock.SetAsync(TimeSpan.FromHours(hours));
            await fleet.WorkedOnAsync(TimeSpan.FromSeconds(1.5));
        }

        await Fleet.EndAsync(serving);
        var history = await fleet.FinishAsync();
        Judge.AssertSound(history, Mix.Bound);
        Assert.Equal(0, PaidAgain.Count(history));
        Assert.All(history.Of("began"), entry => Assert.Equal("1", entry.More)); // no attempt was burnt: nobody was rescued
        Assert.DoesNotContain("declared dead", fleet.Said(), StringComparison.Ordinal);
    }

    // What is parked or tried again is due at an instant, and instants are the wall clock's: set back an hour, it comes an hour later.
    static string[] Producing => ["--no-due-times", "1", "--produce", "100000", "--pause-ms", "30", "--items", "16", "--lease-ms", "2000"];
}
