using System.Diagnostics;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.Seams;
using Tidemark.TortureHost;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>
/// A process that stands still at a commit edge for longer than its lease, and comes back. Another has taken its job meanwhile; whatever the
/// first one still wants to write is refused.
/// </summary>
public sealed class PauseTests : IDisposable
{
    const int MostTries = 10;
    static readonly string[] ShortLease = ["--lease-ms", "600"];
    static readonly string[] LeaseOfASleeper = ["--lease-ms", $"{FaultArming.SleepMs * 2 / 3}"]; // long enough for a busy machine, not for the sleep

    readonly StoreFolder folder = new();
    readonly WorkProcess work;

    public PauseTests() => work = new(folder);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, int> Stops => FaultPointTests.Hits(
        (FaultPoints.EnqueueBeforeCommit, [1]), (FaultPoints.EnqueueAfterCommit, [1]),
        (FaultPoints.ClaimBeforeCommit, Some(1, 2, 3)), (FaultPoints.ClaimAfterCommit, Some(2, 3)),
        (FaultPoints.ItemBeforeEffect, Some(31, 1, 2)), (FaultPoints.ItemAfterEffect, Some(31, 1, 2)),
        (FaultPoints.CheckpointBeforeCommit, Some(2, 1, 3)), (FaultPoints.CheckpointAfterCommit, Some(2, 1, 3)),
        (FaultPoints.RenewInside, Some(2, 1, 3)), (FaultPoints.ParkBeforeCommit, [1]),
        (FaultPoints.SettleBeforeCommit, Some(2, 1)), (FaultPoints.SettleAfterCommit, Some(1, 2)), (FaultPoints.DrainInside, [1]));

    public static TheoryData<string, int> Sleeps => FaultPointTests.Hits(
        (FaultPoints.EnqueueAfterCommit, InFull(1)), (FaultPoints.ClaimBeforeCommit, InFull(1, 2, 3)), (FaultPoints.ClaimAfterCommit, Some(1, 2, 3)),
        (FaultPoints.ItemBeforeEffect, Some(2, 1, 31)), (FaultPoints.ItemAfterEffect, InFull(1, 2, 31)),
        (FaultPoints.CheckpointBeforeCommit, Some(3, 1, 2)), (FaultPoints.CheckpointAfterCommit, InFull(1, 2, 3)),
        (FaultPoints.ParkBeforeCommit, InFull(1)), (FaultPoints.SettleBeforeCommit, Some(1, 2)), (FaultPoints.SettleAfterCommit, InFull(1, 2)));

    [Theory]
    [MemberData(nameof(Stops))]
    public async Task A_process_stopped_past_its_lease_is_followed_by_another_and_writes_nothing_when_it_comes_back(string point, int hit)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        string[] drain = point == FaultPoints.DrainInside ? ["--drain-at", "20"] : [];
        using var stopped = await StoppedOutsideTheGateAsync($"{point}@{hit}:stop", [.. ShortLease, .. drain]);
        try
        {
            Assert.Equal((0, "up\nended Succeeded\n"), Told(await work.LiveAsync(fault: null, ShortLease)));
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

    [Theory]
    [MemberData(nameof(Sleeps))]
    public async Task An_engine_that_sleeps_past_its_lease_while_it_beats_keeps_it_and_does_nothing_twice(string point, int hit)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var rescuer = work.Start(fault: null, [.. LeaseOfASleeper, "--watch-only", "1"]);
        Assert.Equal("up", await rescuer.StandardOutput.ReadLineAsync(Ending));
        Assert.Equal((0, "up\nended Succeeded\n"), Told(await work.LiveAsync($"{point}@{hit}:sleep", LeaseOfASleeper)));
        Assert.Equal((0, "ended Succeeded\n"), Told(await WorkProcess.EndAsync(rescuer)));
        AssertWholeWithin(interruptions: 0);
    }

    [Fact]
    public async Task A_rescuer_stopped_in_the_middle_of_a_rescue_keeps_nobody_else_from_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var stopped = await StoppedOutsideTheGateAsync($"{FaultPoints.RescueBetweenReadAndWrite}@1:stop", ShortLease, before: async () =>
            Assert.Equal(WorkProcess.Killed, (await work.LiveAsync($"{FaultPoints.ItemBeforeEffect}@12:kill9", ShortLease)).Code));
        try
        {
            Assert.Equal((0, "up\nended Succeeded\n"), Told(await work.LiveAsync(fault: null, ShortLease)));
        }
        finally
        {
            Native.Send(stopped.Id, Native.Continue);
        }
        Assert.Equal((0, "up\nended Succeeded\n"), Told(await WorkProcess.EndAsync(stopped)));
        AssertWholeWithin(interruptions: 1);
    }

    // A stop hits all threads, also a writer that holds the gate by chance: then everybody waits for it, which is another test's matter.
    async Task<Process> StoppedOutsideTheGateAsync(string fault, string[] options, Func<Task>? before = null)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (before is not null) await before();
            var process = work.Start(fault, options);
            await WorkProcess.StoppedAsync(process);
            if (work.IsGateFree()) return process;
            process.Kill();
            await process.WaitForExitAsync(Ending);
            process.Dispose();
            work.StartOver();
        }
        throw new InvalidOperationException($"Stopped at {fault}, it held the gate at each of {MostTries} tries.");
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
        work.AssertWhole();
        Assert.InRange(work.Redone(), 0, interruptions * WorkMode.Bound);
    }
}
