using System.Diagnostics;
using System.Globalization;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.Seams;
using Tidemark.Sqlite;
using Tidemark.TortureHost;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>Several processes keep the same schedules on one database and die where it hurts; judged by what the handlers have written down.</summary>
public sealed class ScheduleTests(ITestOutputHelper output) : IDisposable
{
    const int Schedules = 20;
    const int Processes = 4;
    static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    readonly StoreFolder folder = new();
    readonly List<Process> all = [];
    readonly Random random = new();

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var process in all)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
        folder.Dispose();
    }

    [Theory]
    [InlineData(FaultPoints.ScheduleBeforeCommit)]
    [InlineData(FaultPoints.ScheduleAfterCommit)]
    [InlineData(FaultPoints.CommitInside)]
    public async Task Each_occurrence_has_one_job_and_none_is_missed_whoever_dies_at_the_edge(string point)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        var fleet = Enumerable.Range(0, Processes).Select(_ => Start(point)).ToArray();
        var deaths = 0;
        for (var time = Stopwatch.StartNew(); time.Elapsed < TimeSpan.FromSeconds(CrashTime.Choose(brief: 8, full: 100)) || deaths < Processes; await Task.Delay(20, Ending))
        {
            Assert.True(time.Elapsed < LongestWait + TimeSpan.FromSeconds(CrashTime.Choose(brief: 8, full: 100)), $"After {time.Elapsed} only {deaths} processes had died at {point}.");
            for (var at = 0; at < fleet.Length; at++)
            {
                if (!fleet[at].HasExited) continue;
                Assert.Equal(WorkProcess.Killed, fleet[at].ExitCode);
                deaths++;
                fleet[at] = Start(point);
            }
        }
        foreach (var process in fleet.Where(process => !process.HasExited)) Fleet.Kill(process);

        // Nobody was there for a while, and then somebody is, who is not killed.
        await Task.Delay(TimeSpan.FromSeconds(2), Ending);
        var until = DateTimeOffset.UtcNow;
        var last = Start(null);
        await RanUntilAsync(until);
        await Fleet.EndAsync(last);
        await JudgeAsync(deaths, until);
    }

    async Task JudgeAsync(int deaths, DateTimeOffset until)
    {
        await using var store = new SqliteJobStore(new() { Path = HostStore.Database(folder.Path) }, TimeProvider.System);
        await store.OpenAsync();
        var ran = Ran().ToLookup(line => line.Schedule);
        var count = 0;
        for (var number = 0; number < Schedules; number++)
        {
            var name = ScheduleMode.NameOf(number);
            var kept = (await store.ListOccurrencesAsync(new() { Schedule = name, Limit = 1_000 })).Where(one => one.At <= until).Reverse().ToList();
            var anchor = Scheduling.ScheduleEntry.Of((await store.GetScheduleAsync(name))!.Schedule).State.Anchor;
            Assert.Equal(Enumerable.Range(1, (int)((until - anchor).Ticks / TimeSpan.TicksPerSecond)).Select(n => anchor.AddSeconds(n)), kept.Select(one => one.At));
            var byHandlers = ran[name].Where(line => line.At <= until).ToLookup(line => line.At, line => line.Job);
            Assert.All(kept, one => Assert.Equal(one.Job.ToString(), Assert.Single(byHandlers[one.At].Distinct())));
            Assert.Empty(byHandlers.Select(line => line.Key).Except(kept.Select(one => one.At)));
            count += kept.Count;
        }
        output.WriteLine($"{count} occurrences of {Schedules} schedules over {deaths} deaths, each with one job");
    }

    async Task RanUntilAsync(DateTimeOffset until)
    {
        var names = Enumerable.Range(0, Schedules).Select(ScheduleMode.NameOf).ToArray();
        for (var time = Stopwatch.StartNew(); ; await Task.Delay(50, Ending))
        {
            var newest = Ran().GroupBy(line => line.Schedule).ToDictionary(group => group.Key, group => group.Max(line => line.At));
            if (Array.TrueForAll(names, name => newest.TryGetValue(name, out var at) && at > until.AddSeconds(1))) return;
            Assert.True(time.Elapsed < LongestWait, $"Not every schedule had run past {until} after {time.Elapsed}.");
        }
    }

    IEnumerable<(string Schedule, string Job, DateTimeOffset At)> Ran() => Journal.Files(folder.Path).SelectMany(ReadLines)
        .Select(line => line.Split(' ')).Where(line => line is [_, "ran", _, _, { Length: 13 }])
        .Select(line => (line[2], line[3], DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(line[4], CultureInfo.InvariantCulture))));

    static IEnumerable<string> ReadLines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line) yield return line;
    }

    // Armed for some hit soon, each time another.
    Process Start(string? point)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Tidemark.TortureHost"), ["schedule", "--folder", folder.Path, "--life", $"{all.Count}", "--schedules", $"{Schedules}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (point is not null) start.Environment[FaultArming.Variable] = $"{point}@{random.Next(1, point == FaultPoints.CommitInside ? 30 : 4)}:kill9";
        var process = Process.Start(start)!;
        process.BeginErrorReadLine(); // nobody reads them, but a full pipe would stop the process
        process.BeginOutputReadLine();
        all.Add(process);
        return process;
    }
}
