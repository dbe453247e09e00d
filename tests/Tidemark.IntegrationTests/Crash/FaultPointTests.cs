using Tidemark.Seams;
using Tidemark.TortureHost;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>
/// A real process on a real store, cut at each commit edge by name. Judged by the handlers' own log and the rows of their effects, and only
/// then is the engine's ledger asked whether it tells the same.
/// </summary>
public abstract class FaultPointTests(StoreKind kind) : IAsyncLifetime
{
    CrashStore? store;

    // On a server a commit is one message, and cut by others: see CutTests.
    internal static IEnumerable<(string, int)> EveryEdge => Hits(
        (FaultPoints.EnqueueBeforeCommit, [1]), (FaultPoints.EnqueueAfterCommit, [1]),
        (FaultPoints.ClaimBeforeCommit, [1, 2, 3]), (FaultPoints.ClaimAfterCommit, [1, 2, 3]),
        (FaultPoints.ItemBeforeEffect, [1, 2, 31]), (FaultPoints.ItemAfterEffect, [1, 2, 31]),
        (FaultPoints.CheckpointBeforeCommit, [1, 2, 3]), (FaultPoints.CheckpointAfterCommit, [1, 2, 3]),
        (FaultPoints.RenewInside, [1]), (FaultPoints.ParkBeforeCommit, [1]),
        (FaultPoints.SettleBeforeCommit, [1, 2]), (FaultPoints.SettleAfterCommit, [1, 2]), (FaultPoints.DrainInside, [1]));

    internal static IEnumerable<(string, int)> EveryCommitEdge => Hits(
        (FaultPoints.EnqueueBeforeCommit, [1]), (FaultPoints.EnqueueAfterCommit, [1]),
        (FaultPoints.ClaimBeforeCommit, [1, 2]), (FaultPoints.ClaimAfterCommit, [1, 2]),
        (FaultPoints.CheckpointBeforeCommit, [1, 3]), (FaultPoints.CheckpointAfterCommit, [1, 3]),
        (FaultPoints.ParkBeforeCommit, [1]), (FaultPoints.SettleBeforeCommit, [1, 2]), (FaultPoints.SettleAfterCommit, [1, 2]));

    WorkProcess Work => new(store!);

    public async ValueTask InitializeAsync() => store = await CrashStore.CreateAsync(kind);

    public async ValueTask DisposeAsync()
    {
        await store!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public abstract Task A_process_killed_at_an_edge_is_followed_by_one_that_ends_the_job_within_the_bound(string point, int hit);

    public abstract Task A_store_that_is_cut_off_at_an_edge_costs_nothing(string point, int hit);

    protected async Task KillAsync(string point, int hit)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        string[] drain = point == FaultPoints.DrainInside ? ["--drain-at", "20"] : [];
        var (code, _, error) = await Work.LiveAsync($"{point}@{hit}:kill9", drain);
        Assert.True(code == WorkProcess.Killed, $"{point}@{hit} ended with {code}: {error}");
        await EndsAsync(kills: 1);
    }

    [Theory]
    [InlineData(FaultPoints.CheckpointBeforeCommit)]
    [InlineData(FaultPoints.CheckpointBeforeCommit, "--commands", "1")]
    [InlineData(FaultPoints.CheckpointAfterCommit)]
    [InlineData(FaultPoints.CheckpointAfterCommit, "--commands", "1")]
    public async Task Effects_of_a_process_killed_at_their_checkpoint_are_there_once(string point, params string[] way)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        string[] options = ["--only-effects", "1", .. way];
        Assert.Equal(WorkProcess.Killed, (await Work.LiveAsync($"{point}@3:kill9", options)).Code);
        Assert.Equal((point == FaultPoints.CheckpointBeforeCommit ? 2 : 3) * WorkMode.Bound, Work.Effects().Length);
        var (code, output, error) = await Work.LiveAsync(fault: null, options);
        Assert.True(code == 0, error);
        Assert.Equal("up\nended Succeeded\n", output);
        Assert.Equal([-1, .. Enumerable.Range(0, WorkMode.Items)], Work.Effects());
    }

    [Fact]
    public async Task A_process_killed_in_the_middle_of_a_rescue_leaves_it_to_the_next()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        Assert.Equal(WorkProcess.Killed, (await Work.LiveAsync($"{FaultPoints.ItemBeforeEffect}@12:kill9")).Code);
        Assert.Equal(WorkProcess.Killed, (await Work.LiveAsync($"{FaultPoints.RescueBetweenReadAndWrite}@1:kill9")).Code);
        await EndsAsync(kills: 1);
    }

    [Fact]
    public async Task A_killed_process_is_followed_by_another_that_was_up_already()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var first = Work.Start(fault: null, "--hold-at", "12"); // it stands still with the job in its hands
        Assert.Equal("up", await first.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        while (!Work.Calls().ContainsKey(12)) await Task.Delay(5, TestContext.Current.CancellationToken);
        using var second = Work.Start(fault: null);
        Assert.Equal("up", await second.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Native.Send(first.Id, Native.Kill);
        Assert.Equal("ended Succeeded", await second.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Work.AssertWhole();
        Assert.InRange(Work.Redone(), 0, WorkMode.Bound);
        await second.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_process_killed_in_the_middle_of_a_prune_leaves_the_history_whole()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        var (code, output, _) = await Work.LiveAsync($"{FaultPoints.PruneHalfDone}@1:kill9", "--prune", "1");
        Assert.Equal((WorkProcess.Killed, "up\nended Succeeded\n"), (code, output));
        await EndsAsync(kills: 0);
    }

    protected async Task CutOffAsync(string point, int hit)
    {
        var (code, output, error) = await Work.LiveAsync($"{point}@{hit}:throw");
        Assert.True(code == 0, error);
        Assert.Equal("up\nended Succeeded\n", output);
        Assert.All(Work.Calls(), call => Assert.Equal(1, call.Value));
        Work.AssertWhole();
    }

    async Task EndsAsync(int kills)
    {
        var (code, output, error) = await Work.LiveAsync(fault: null);
        Assert.True(code == 0, error);
        Assert.Equal("up\nended Succeeded\n", output);
        Work.AssertWhole();
        var redone = Work.Redone();
        Assert.InRange(redone, 0, kills * WorkMode.Bound);
        // What the ledger says of the kill was counted, and is no less than what was done again.
        var counted = Work.Ledger().Where(line => line.Exact).Sum(line => line.Items);
        Assert.InRange(redone, 0, counted);
    }

    internal static IEnumerable<(string Point, int Hit)> Hits(params (string Point, int[] Hits)[] edges) =>
        edges.SelectMany(edge => edge.Hits.Select(hit => (edge.Point, hit)));
}

/// <summary>On a file, where a commit has an inside too.</summary>
public sealed class SqliteFaultPointTests() : FaultPointTests(StoreKind.Sqlite)
{
    public static TheoryData<string, int> Edges =>
        [.. EveryEdge, .. Hits((FaultPoints.CommitInside, Some([1, 3, 8], [2, 4, 5, 6, 7, 10, 15])), (FaultPoints.CommitDone, Some([1, 3, 8], [2, 4, 5, 6, 7, 10, 15])))];

    public static TheoryData<string, int> CommitEdges =>
        [.. EveryCommitEdge, .. Hits((FaultPoints.CommitInside, Some([2, 3, 6, 9], [4, 5, 7, 8, 10, 12])), (FaultPoints.CommitDone, Some([2, 3, 6, 9], [4, 5, 7, 8, 10, 12])))];

    [Theory]
    [MemberData(nameof(Edges))]
    public override Task A_process_killed_at_an_edge_is_followed_by_one_that_ends_the_job_within_the_bound(string point, int hit) => KillAsync(point, hit);

    [Theory]
    [MemberData(nameof(CommitEdges))]
    public override Task A_store_that_is_cut_off_at_an_edge_costs_nothing(string point, int hit) => CutOffAsync(point, hit);

    static int[] Some(int[] always, int[] more) => CrashTime.IsFull ? [.. always, .. more] : always;
}

/// <summary>On a server.</summary>
public sealed class PostgreSqlFaultPointTests() : FaultPointTests(StoreKind.PostgreSql)
{
    public static TheoryData<string, int> Edges => [.. CrashTime.IsFull ? EveryEdge : Hits(
        (FaultPoints.EnqueueAfterCommit, [1]), (FaultPoints.ClaimBeforeCommit, [2]), (FaultPoints.ClaimAfterCommit, [2]), (FaultPoints.ItemAfterEffect, [31]),
        (FaultPoints.CheckpointBeforeCommit, [2]), (FaultPoints.CheckpointAfterCommit, [2]), (FaultPoints.ParkBeforeCommit, [1]),
        (FaultPoints.SettleBeforeCommit, [2]), (FaultPoints.SettleAfterCommit, [2]))];

    public static TheoryData<string, int> CommitEdges => [.. CrashTime.IsFull ? EveryCommitEdge : Hits(
        (FaultPoints.ClaimAfterCommit, [1]), (FaultPoints.CheckpointAfterCommit, [3]), (FaultPoints.ParkBeforeCommit, [1]), (FaultPoints.SettleAfterCommit, [2]))];

    [Theory]
    [MemberData(nameof(Edges))]
    public override Task A_process_killed_at_an_edge_is_followed_by_one_that_ends_the_job_within_the_bound(string point, int hit) => KillAsync(point, hit);

    [Theory]
    [MemberData(nameof(CommitEdges))]
    public override Task A_store_that_is_cut_off_at_an_edge_costs_nothing(string point, int hit) => CutOffAsync(point, hit);
}
