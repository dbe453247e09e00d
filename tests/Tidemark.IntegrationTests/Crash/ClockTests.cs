using Tidemark.IntegrationTests.Crash.Checks;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>The wall clock of one process, or of all, is set an hour forwards and back while jobs run. Leases go by another clock.</summary>
public sealed class ClockTests : IDisposable
{
    const string Library = "/usr/lib/*/faketime/libfaketimeMT.so.1";
    readonly StoreFolder folder = new();
    readonly SqliteCrashStore store;

    public ClockTests() => store = new(folder.Path);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Jobs_that_run_while_the_wall_clock_steps_an_hour_forwards_and_back_keep_their_leases_and_run_once(bool everybody)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a library that is loaded before libc.");
        var clock = Path.Combine(folder.Path, "clock");
        await SetAsync(clock, 0);
        var stepped = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = FindLibrary(),
            ["FAKETIME_TIMESTAMP_FILE"] = clock,
            ["FAKETIME_CACHE_DURATION"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        };
        using var fleet = await Fleet.OfAsync(store);
        var serving = new[] { fleet.Start(stepped, Producing), fleet.Start(everybody ? stepped : [], Producing) };
        foreach (var process in serving) await Fleet.UpAsync(process);
        foreach (var hours in new[] { 1, 0, -1, 0 })
        {
            await SetAsync(clock, hours);
            await WorkedOnAsync(fleet, seconds: 1.5);
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

    static Task SetAsync(string clock, int hours) => File.WriteAllTextAsync(clock, $"{hours * 3_600:+0;-0;+0}\n", Ending);

    // The library looks at the file once a second of its process's own time; by the journals' clock, which nobody steps.
    static async Task WorkedOnAsync(Fleet fleet, double seconds)
    {
        var from = fleet.Read().Entries[^1].At;
        while (fleet.Read().Entries[^1].At < from + (long)(seconds * 1e9)) await Task.Delay(20, Ending);
    }

    internal static string FindLibrary()
    {
        var found = Directory.EnumerateDirectories("/usr/lib").Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists);
        Assert.True(found is not null, $"{Library} is missing. Install the package libfaketime (apt-get install libfaketime); ./check does it.");
        return found;
    }
}
