using System.Diagnostics;
using Tidemark.IntegrationTests.Crash.Checks;
using Tidemark.TortureHost;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>Several processes on one store, killed, stopped, or told to end at random; judged by what their handlers have written down.</summary>
public abstract class FleetTests(StoreKind kind, ITestOutputHelper output) : IAsyncLifetime
{
    readonly Random random = new();
    CrashStore? store;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => store = await CrashStore.CreateAsync(kind);

    public async ValueTask DisposeAsync()
    {
        await store!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Three_of_six_processes_killed_at_random_lose_nothing_and_pay_at_most_the_bound()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var fleet = await Fleet.OfAsync(store!, isKilled: true);
        var serving = Enumerable.Range(0, 6).Select(_ => fleet.Start(Producing)).ToArray();
        foreach (var process in serving) await Fleet.UpAsync(process);
        var (end, kills) = (Stopwatch.StartNew(), 0);
        while (end.Elapsed < TimeSpan.FromSeconds(CrashTime.Choose(brief: kind == StoreKind.Sqlite ? 10 : 5, full: 120)))
        {
            foreach (var at in random.GetItems(Enumerable.Range(0, 6).ToArray(), 3).Distinct())
            {
                Fleet.Kill(serving[at]);
                serving[at] = fleet.Start(Producing);
                kills++;
            }
            await WorkedOnAsync(fleet, random.Next(10, 150));
        }

        await Fleet.EndAsync(serving);
        var history = await fleet.FinishAsync();
        output.WriteLine($"{kills} kills; {history.Tokens("acked").Count} jobs acknowledged, {history.Tokens("asked").Count} asked for; {PaidAgain.Count(history)} of {history.Of("item").Count()} items done again");
        Judge.AssertSound(history, Mix.Bound);
        Assert.Equal("ok", store!.Integrity());
        Assert.NotEmpty(history.Of("item"));
    }

    [Fact]
    public async Task Processes_told_to_end_at_random_do_nothing_twice_and_burn_no_attempt()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var fleet = await Fleet.OfAsync(store!);
        for (var life = 0; life < CrashTime.Choose(brief: kind == StoreKind.Sqlite ? 6 : 3, full: 200); life++)
        {
            var process = fleet.Start(Producing);
            if (life % 3 > 0) await Fleet.UpAsync(process);
            if (life % 3 > 0) await WorkedOnAsync(fleet, random.Next(1, 60));
            await Fleet.EndAsync(process);
        }

        var history = await fleet.FinishAsync();
        Judge.AssertSound(history, Mix.Bound);
        Assert.Equal(0, PaidAgain.Count(history));
        Assert.Empty(history.Of("began").ExceptBy(history.Of("ended").Select(entry => entry.Run), entry => entry.Run));
        var kinds = history.Asked();
        Assert.All(history.Of("began"), entry => Assert.Equal(kinds[entry.Token].Kind == Mix.Steps.Name ? entry.More : "1", entry.More)); // steps fail once on purpose
        Assert.Equal(history.Of("step").Count(), history.Of("step").Select(entry => (entry.Token, entry.More)).Distinct().Count());
    }

    [Fact]
    public async Task Processes_stopped_past_their_leases_and_woken_at_random_write_nothing_stale()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var fleet = await Fleet.OfAsync(store!);
        var serving = Enumerable.Range(0, 3).Select(_ => fleet.Start([.. Producing, "--lease-ms", $"{Lease.TotalMilliseconds}"])).ToArray();
        foreach (var process in serving) await Fleet.UpAsync(process);
        var pauses = 0;
        while (pauses < CrashTime.Choose(brief: kind == StoreKind.Sqlite ? 5 : 2, full: 60))
        {
            var process = serving[random.Next(serving.Length)];
            Native.Send(process.Id, Native.Stop);
            await WorkProcess.StoppedAsync(process);
            var free = store!.IsFree(process); // one that is in the middle of writing stops others: another test's matter
            if (free) await fleet.WorkedOnAsync(random.Next(1, 4) * Lease);
            Native.Send(process.Id, Native.Continue);
            if (free) pauses++;
            await WorkedOnAsync(fleet, random.Next(1, 40));
        }

        await Fleet.EndAsync(serving);
        var history = await fleet.FinishAsync();
        output.WriteLine($"{pauses} pauses; {history.Tokens("acked").Count} jobs; {PaidAgain.Count(history)} of {history.Of("item").Count()} items done again");
        Judge.AssertSound(history, Mix.Bound, isPaused: true);
        Assert.Equal("ok", store!.Integrity());
    }

    // On a server, each as on a machine of its own: that a process is dead is then told by its connection and its silence.
    string[] Producing => ["--produce", "100000", "--pause-ms", "30", "--items", "16", .. kind == StoreKind.PostgreSql ? new[] { "--own-host", "1" } : []];

    // Where a beat is a write, a busy machine needs more time for it.
    TimeSpan Lease => TimeSpan.FromMilliseconds(kind == StoreKind.Sqlite ? 600 : 1_500);

    // What is waited for is work, not time: so many lines more in the journals.
    static async Task WorkedOnAsync(Fleet fleet, int lines)
    {
        var (before, since) = (fleet.Read().Entries.Count, Stopwatch.StartNew());
        while (fleet.Read().Entries.Count < before + lines)
        {
            Assert.True(since.Elapsed < CrashTime.Longest, $"Nothing was done for {since.Elapsed}.\n{fleet.Said()}");
            await Task.Delay(20, Ending);
        }
    }
}

/// <summary>On one file.</summary>
public sealed class SqliteFleetTests(ITestOutputHelper output) : FleetTests(StoreKind.Sqlite, output);

/// <summary>On one server.</summary>
public sealed class PostgreSqlFleetTests(ITestOutputHelper output) : FleetTests(StoreKind.PostgreSql, output);
