using System.Diagnostics;
using Tidemark.Seams;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>Where the wall clock of each process is the store's clock for what it decides.</summary>
public sealed class SqliteScheduleTests(ITestOutputHelper output) : ScheduleTests(StoreKind.Sqlite, output)
{
    static readonly string[] Edges = [FaultPoints.ScheduleBeforeCommit, FaultPoints.ScheduleAfterCommit, FaultPoints.CommitInside, FaultPoints.CommitDone];
    static readonly int[] Hours = [1, 0, -1, 0];

    // PostgreSQL's commit travels with its statements: nobody can be inside.
    [Fact]
    public Task Each_occurrence_has_one_job_and_none_is_missed_whoever_dies_inside_a_commit() => DieAtAsync(FaultPoints.CommitInside);

    /// <summary>
    /// Half of them under a clock that steps an hour forwards and back. A process whose clock is ahead runs an hour of occurrences ahead, one whose clock is
    /// behind sees nothing due; whoever judges, each has one job. In the end all were down for more than an hour, by the clock of the last.
    /// </summary>
    [Fact]
    public async Task Eight_processes_that_die_at_every_edge_under_clocks_that_step_give_each_occurrence_one_job()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        const int Processes = 8;
        var silence = TimeSpan.FromMinutes(70);
        var clock = new SteppedClock(Store.Folder);
        await clock.SetAsync(TimeSpan.Zero);
        var (fives, halves) = (CrashTime.Choose(brief: 3, full: 10), CrashTime.Choose(brief: 5, full: 20));
        await using var processes = new ScheduleProcesses(Store, [.. Enumerable.Repeat(5, fives), .. Enumerable.Repeat(30, halves)]);
        var fleet = Enumerable.Range(0, Processes).Select(Start).ToArray();
        var (atEdges, atRandom, steps, turns, least) = (0, 0, 0, CrashTime.Choose(brief: 4, full: 40), CrashTime.Choose(brief: 4, full: 40));
        var (time, turn) = (Stopwatch.StartNew(), TimeSpan.FromSeconds(2.5));
        while (steps < turns || atEdges < least)
        {
            Assert.True(time.Elapsed < LongestWait + turns * turn, $"After {time.Elapsed} only {atEdges} processes had died at an edge.");
            if (time.Elapsed > (steps + 1) * turn) await clock.SetAsync(TimeSpan.FromHours(Hours[steps++ % Hours.Length]));
            await Task.Delay(20, Ending);
            for (var at = 0; at < fleet.Length; at++)
            {
                if (fleet[at].HasExited) atEdges++;
                else if (Random.Next(2_000) == 0) atRandom++;
                else continue;
                Fleet.Kill(fleet[at]);
                Assert.Equal(WorkProcess.Killed, fleet[at].ExitCode);
                fleet[at] = Start(at);
            }
        }
        foreach (var process in fleet) Fleet.Kill(process);

        await clock.SetAsync(silence);
        var until = DateTimeOffset.UtcNow + silence;
        await FinishAsync(processes, until, processes.Start(null, clock.Environment));
        Output.WriteLine($"{await processes.JudgeAsync(until):N0} occurrences over {atEdges} deaths at an edge, {atRandom} at random and {steps} steps of the clock, each with one job; {time.Elapsed.TotalSeconds:0} s");

        Process Start(int place) => processes.Start(Armed(Edges[Random.Next(Edges.Length)]), place % 2 == 0 ? clock.Environment : null);
    }
}
