using System.Diagnostics;
using Tidemark.Seams;
using Tidemark.TortureHost;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>
/// A process that stands still at a commit edge for longer than its lease, and comes back. Another has taken its job meanwhile; whatever the
/// first one still wants to write is refused.
/// </summary>
public abstract class PauseTests(StoreKind kind) : IAsyncLifetime
{
    const int MostTries = 10;
    static readonly string[] LeaseOfASleeper = ["--lease-ms", $"{FaultArming.SleepMs * 2 / 3}"]; // long enough for a busy machine, not for the sleep

    CrashStore? store;

    internal static IEnumerable<(string, int)> EveryStop => FaultPointTests.Hits(
        (FaultPoints.EnqueueBeforeCommit, [1]), (FaultPoints.EnqueueAfterCommit, [1]),
        (FaultPoints.ClaimBeforeCommit, Some(1, 2, 3)), (FaultPoints.ClaimAfterCommit, Some(2, 3)),
        (FaultPoints.ItemBeforeEffect, Some(31, 1, 2)), (FaultPoints.ItemAfterEffect, Some(31, 1, 2)),
        (FaultPoints.CheckpointBeforeCommit, Some(2, 1, 3)), (FaultPoints.CheckpointAfterCommit, Some(2, 1, 3)),
        (FaultPoints.RenewInside, Some(2, 1, 3)), (FaultPoints.ParkBeforeCommit, [1]),
        (FaultPoints.SettleBeforeCommit, Some(2, 1)), (FaultPoints.SettleAfterCommit, Some(1, 2)), (FaultPoints.DrainInside, [1]));

    internal static IEnumerable<(string, int)> EverySleep => FaultPointTests.Hits(
        (FaultPoints.EnqueueAfterCommit, InFull(1)), (FaultPoints.ClaimBeforeCommit, InFull(1, 2, 3)), (FaultPoints.ClaimAfterCommit, Some(1, 2, 3)),
        (FaultPoints.ItemBeforeEffect, Some(2, 1, 31)), (FaultPoints.ItemAfterEffect, InFull(1, 2, 31)),
        (FaultPoints.CheckpointBeforeCommit, Some(3, 1, 2)), (FaultPoints.CheckpointAfterCommit, InFull(1, 2, 3)),
        (FaultPoints.ParkBeforeCommit, InFull(1)), (FaultPoints.SettleBeforeCommit, Some(1, 2)), (FaultPoints.SettleAfterCommit, InFull(1, 2)));

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    WorkProcess Work => new(store!);

    // Where a beat is a write, a busy machine needs more time for it.
    string[] ShortLease => ["--lease-ms", kind == StoreKind.Sqlite ? "600" : "1500"];

    public async ValueTask InitializeAsync() => store = await CrashStore.CreateAsync(kind);

    public async ValueTask DisposeAsync()
    {
        await store!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public abstract Task A_process_stopped_past_its_lease_is_followed_by_another_and_writes_nothing_when_it_comes_back(string point, int hit);

    public abstract Task An_engine_that_sleeps_past_its_lease_while_it_beats_keeps_it_and_does_nothing_twice(string point, int hit);

    protected async Task StopAsync(string point, int hit)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        string[] drain = point == FaultPoints.DrainInside ? ["--drain-at", "20"] : [];
        using var stopped = await StoppedOutsideAWriteAsync($"{point}@{hit}:stop", [.. ShortLease, .. drain]);
        try
        {
            Assert.Equal((0, "up\nended Succeeded\n"), Told(await Work.LiveAsync(fault: null, ShortLease)));
        }
        finally
        {
            Native.Send(stopped.Id, Native.Continue);
        }
        var said = drain.Length > 0 || point == FaultPoints.RenewInside ? null : "up\nended Succeeded\n"; // a beat may stop it before it is up
        var back = await WorkProcess.EndAsync(stopped);
        Assert.True(back.Code == 0 && (said is null || said == back.Output), $"{point}@{hit}: {back}");
        AssertWholeWithin(interruptions: 1);
    }

    protected async Task SleepAsync(string point, int hit)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var rescuer = Work.Start(fault: null, [.. LeaseOfASleeper, "--watch-only", "1"]);
        Assert.Equal("up", await rescuer.StandardOutput.ReadLineAsync(Ending));
        Assert.Equal((0, "up\nended Succeeded\n"), Told(await Work.LiveAsync($"{point}@{hit}:sleep", LeaseOfASleeper)));
        Assert.Equal((0, "ended Succeeded\n"), Told(await WorkProcess.EndAsync(rescuer)));
        AssertWholeWithin(interruptions: 0);
    }

    [Fact]
    public async Task A_rescuer_stopped_in_the_middle_of_a_rescue_keeps_nobody_else_from_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var stopped = await StoppedOutsideAWriteAsync($"{FaultPoints.RescueBetweenReadAndWrite}@1:stop", ShortLease, before: async () =>
            Assert.Equal(WorkProcess.Killed, (await Work.LiveAsync($"{FaultPoints.ItemBeforeEffect}@12:kill9", ShortLease)).Code));
        try
        {
            Assert.Equal((0, "up\nended Succeeded\n"), Told(await Work.LiveAsync(fault: null, ShortLease)));
        }
        finally
        {
            Native.Send(stopped.Id, Native.Continue);
        }
        Assert.Equal((0, "up\nended Succeeded\n"), Told(await WorkProcess.EndAsync(stopped)));
        AssertWholeWithin(interruptions: 1);
    }

    // A stop hits all threads, also a writer that is in the middle of it by chance: then everybody waits for it, which is another test's matter.
    async Task<Process> StoppedOutsideAWriteAsync(string fault, string[] options, Func<Task>? before = null)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (before is not null) await before();
            var process = Work.Start(fault, options);
            await WorkProcess.StoppedAsync(process);
            // What has stopped it is inside SQLite's gate for a moment longer.
            if (SpinWait.SpinUntil(() => store!.IsFree(process), TimeSpan.FromSeconds(10))) return process;
            process.Kill();
            await process.WaitForExitAsync(Ending);
            process.Dispose();
            await store!.StartOverAsync();
        }
        throw new InvalidOperationException($"Stopped at {fault}, it was in the middle of a write at each of {MostTries} tries.");
    }

    static int[] Some(params int[] hits) => CrashTime.IsFull ? hits : hits[..1];

    static int[] InFull(params int[] hits) => CrashTime.IsFull ? hits : [];

    static (int, string) Told((int Code, string Output, string Error) life)
    {
        Assert.True(life.Code == 0, life.Error);
        return (life.Code, life.Output);
    }

    void AssertWholeWithin(int interruptions)
    {
        Work.AssertWhole();
        Assert.InRange(Work.Redone(), 0, interruptions * WorkMode.Bound);
    }
}

/// <summary>On a file.</summary>
public sealed class SqlitePauseTests() : PauseTests(StoreKind.Sqlite)
{
    public static TheoryData<string, int> Stops => [.. EveryStop];

    public static TheoryData<string, int> Sleeps => [.. EverySleep];

    [Theory]
    [MemberData(nameof(Stops))]
    public override Task A_process_stopped_past_its_lease_is_followed_by_another_and_writes_nothing_when_it_comes_back(string point, int hit) => StopAsync(point, hit);

    [Theory]
    [MemberData(nameof(Sleeps))]
    public override Task An_engine_that_sleeps_past_its_lease_while_it_beats_keeps_it_and_does_nothing_twice(string point, int hit) => SleepAsync(point, hit);
}

/// <summary>On a server.</summary>
public sealed class PostgreSqlPauseTests() : PauseTests(StoreKind.PostgreSql)
{
    public static TheoryData<string, int> Stops => [.. CrashTime.IsFull ? EveryStop : FaultPointTests.Hits(
        (FaultPoints.ClaimAfterCommit, [2]), (FaultPoints.CheckpointBeforeCommit, [2]), (FaultPoints.SettleBeforeCommit, [2]))];

    public static TheoryData<string, int> Sleeps => [.. CrashTime.IsFull ? EverySleep : FaultPointTests.Hits((FaultPoints.CheckpointBeforeCommit, [3]))];

    [Theory]
    [MemberData(nameof(Stops))]
    public override Task A_process_stopped_past_its_lease_is_followed_by_another_and_writes_nothing_when_it_comes_back(string point, int hit) => StopAsync(point, hit);

    [Theory]
    [MemberData(nameof(Sleeps))]
    public override Task An_engine_that_sleeps_past_its_lease_while_it_beats_keeps_it_and_does_nothing_twice(string point, int hit) => SleepAsync(point, hit);
}
