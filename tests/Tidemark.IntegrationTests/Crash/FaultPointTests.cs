using Tidemark.IntegrationTests.Sqlite;
using Tidemark.Seams;
using Tidemark.TortureHost;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>
/// A real process on a real file, cut at each commit edge by name. Judged by the handlers' own log and the rows of their effects, and only
/// then is the engine's ledger asked whether it tells the same.
/// </summary>
public sealed class FaultPointTests : IDisposable
{
    readonly StoreFolder folder = new();
    readonly WorkProcess work;

    public FaultPointTests() => work = new(folder);

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, int> Edges => Hits(
        (FaultPoints.EnqueueBeforeCommit, [1]), (FaultPoints.EnqueueAfterCommit, [1]),
        (FaultPoints.ClaimBeforeCommit, [1, 2, 3]), (FaultPoints.ClaimAfterCommit, [1, 2, 3]),
        (FaultPoints.ItemBeforeEffect, [1, 2, 31]), (FaultPoints.ItemAfterEffect, [1, 2, 31]),
        (FaultPoints.CheckpointBeforeCommit, [1, 2, 3]), (FaultPoints.CheckpointAfterCommit, [1, 2, 3]),
        (FaultPoints.RenewInside, [1]), (FaultPoints.ParkBeforeCommit, [1]),
        (FaultPoints.SettleBeforeCommit, [1, 2]), (FaultPoints.SettleAfterCommit, [1, 2]), (FaultPoints.DrainInside, [1]),
        (FaultPoints.CommitInside, Some([1, 3, 8], [2, 4, 5, 6, 7, 10, 15])), (FaultPoints.CommitDone, Some([1, 3, 8], [2, 4, 5, 6, 7, 10, 15])));

    public static TheoryData<string, int> CommitEdges => Hits(
        (FaultPoints.EnqueueBeforeCommit, [1]), (FaultPoints.EnqueueAfterCommit, [1]),
        (FaultPoints.ClaimBeforeCommit, [1, 2]), (FaultPoints.ClaimAfterCommit, [1, 2]),
        (FaultPoints.CheckpointBeforeCommit, [1, 3]), (FaultPoints.CheckpointAfterCommit, [1, 3]),
        (FaultPoints.ParkBeforeCommit, [1]), (FaultPoints.SettleBeforeCommit, [1, 2]), (FaultPoints.SettleAfterCommit, [1, 2]),
        (FaultPoints.CommitInside, Some([2, 3, 6, 9], [4, 5, 7, 8, 10, 12])), (FaultPoints.CommitDone, Some([2, 3, 6, 9], [4, 5, 7, 8, 10, 12])));

    [Theory]
    [MemberData(nameof(Edges))]
    public async Task A_process_killed_at_an_edge_is_followed_by_one_that_ends_the_job_within_the_bound(string point, int hit)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        string[] drain = point == FaultPoints.DrainInside ? ["--drain-at", "20"] : [];
        var (code, _, error) = await work.LiveAsync($"{point}@{hit}:kill9", drain);
        Assert.True(code == WorkProcess.Killed, $"{point}@{hit} ended with {code}: {error}");
        await EndsAsync(kills: 1);
    }

    [Fact]
    public async Task A_process_killed_in_the_middle_of_a_rescue_leaves_it_to_the_next()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        Assert.Equal(WorkProcess.Killed, (await work.LiveAsync($"{FaultPoints.ItemBeforeEffect}@12:kill9")).Code);
        Assert.Equal(WorkProcess.Killed, (await work.LiveAsync($"{FaultPoints.RescueBetweenReadAndWrite}@1:kill9")).Code);
        await EndsAsync(kills: 1);
    }

    [Fact]
    public async Task A_killed_process_is_followed_by_another_that_was_up_already()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var first = work.Start(fault: null, "--hold-at", "12"); // it stands still with the job in its hands
        Assert.Equal("up", await first.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        while (!work.Calls().ContainsKey(12)) await Task.Delay(5, TestContext.Current.CancellationToken);
        using var second = work.Start(fault: null);
        Assert.Equal("up", await second.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Native.Send(first.Id, Native.Kill);
        Assert.Equal("ended Succeeded", await second.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        work.AssertWhole();
        Assert.InRange(work.Redone(), 0, WorkMode.Bound);
        await second.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_process_killed_in_the_middle_of_a_prune_leaves_the_history_whole()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        var (code, output, _) = await work.LiveAsync($"{FaultPoints.PruneHalfDone}@1:kill9", "--prune", "1");
        Assert.Equal((WorkProcess.Killed, "up\nended Succeeded\n"), (code, output));
        await EndsAsync(kills: 0);
    }

    [Theory]
    [MemberData(nameof(CommitEdges))]
    public async Task A_store_that_is_cut_off_at_an_edge_costs_nothing(string point, int hit)
    {
        var (code, output, error) = await work.LiveAsync($"{point}@{hit}:throw");
        Assert.True(code == 0, error);
        Assert.Equal("up\nended Succeeded\n", output);
        Assert.All(work.Calls(), call => Assert.Equal(1, call.Value));
        work.AssertWhole();
    }

    async Task EndsAsync(int kills)
    {
        var (code, output, error) = await work.LiveAsync(fault: null);
        Assert.True(code == 0, error);
        Assert.Equal("up\nended Succeeded\n", output);
        work.AssertWhole();
        var redone = work.Redone();
        Assert.InRange(redone, 0, kills * WorkMode.Bound);
        // What the ledger says of the kill was counted, and is no less than what was done again.
        var counted = work.Ledger().Where(line => line.Exact).Sum(line => line.Items);
        Assert.InRange(redone, 0, counted);
    }

    static int[] Some(int[] always, int[] more) => CrashTime.IsFull ? [.. always, .. more] : always;

    internal static TheoryData<string, int> Hits(params (string Point, int[] Hits)[] edges) =>
        new(edges.SelectMany(edge => edge.Hits.Select(hit => new TheoryDataRow<string, int>(edge.Point, hit))));
}
