using System.Diagnostics;
using Tidemark.Seams;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>Several processes keep the same schedules on one store and die where it hurts; judged by what the handlers have written down.</summary>
public abstract class ScheduleTests(StoreKind kind, ITestOutputHelper output) : IAsyncLifetime
{
    private protected static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(CrashTime.Choose(brief: 3, full: 10));

    CrashStore? store;

    private protected static CancellationToken Ending => TestContext.Current.CancellationToken;

    private protected CrashStore Store => store!;

    private protected ITestOutputHelper Output => output;

    private protected Random Random { get; } = new();

    public async ValueTask InitializeAsync() => store = await CrashStore.CreateAsync(kind);

    public async ValueTask DisposeAsync()
    {
        await store!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(FaultPoints.ScheduleBeforeCommit)]
    [InlineData(FaultPoints.ScheduleAfterCommit)]
    public Task Each_occurrence_has_one_job_and_none_is_missed_whoever_dies_at_the_edge(string point) => DieAtAsync(point);

    private protected async Task DieAtAsync(string point)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        const int Processes = 4;
        await using var processes = new ScheduleProcesses(Store, [.. Enumerable.Repeat(1, 20)]);
        var fleet = Enumerable.Range(0, Processes).Select(_ => processes.Start(Armed(point))).ToArray();
        var (deaths, least) = (0, TimeSpan.FromSeconds(CrashTime.Choose(brief: 6, full: 100)));
        for (var time = Stopwatch.StartNew(); time.Elapsed < least || deaths < Processes; await Task.Delay(20, Ending))
        {
            Assert.True(time.Elapsed < LongestWait + least, $"After {time.Elapsed} only {deaths} processes had died at {point}.");
            for (var at = 0; at < fleet.Length; at++)
            {
                if (!fleet[at].HasExited) continue;
                Assert.Equal(WorkProcess.Killed, fleet[at].ExitCode);
                deaths++;
                fleet[at] = processes.Start(Armed(point));
            }
        }
        foreach (var process in fleet) Fleet.Kill(process);

        // Nobody was there for a while, and then somebody is, who is not killed.
        await Task.Delay(TimeSpan.FromSeconds(2), Ending);
        var until = DateTimeOffset.UtcNow;
        await FinishAsync(processes, until, processes.Start(null));
        output.WriteLine($"{await processes.JudgeAsync(until):N0} occurrences over {deaths} deaths at {point}, each with one job");
    }

    private protected static async Task FinishAsync(ScheduleProcesses processes, DateTimeOffset until, Process last)
    {
        await processes.RanUntilAsync(until, LongestWait);
        await Fleet.EndAsync(last);
    }

    // For some hit soon, each time another.
    private protected string Armed(string point) => $"{point}@{Random.Next(1, point is FaultPoints.CommitInside or FaultPoints.CommitDone ? 30 : 4)}:kill9";
}

public sealed class PostgreSqlScheduleTests(ITestOutputHelper output) : ScheduleTests(StoreKind.PostgreSql, output);
