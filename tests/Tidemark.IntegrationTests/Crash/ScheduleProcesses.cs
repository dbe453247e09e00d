using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tidemark.Scheduling;
using Tidemark.Storage;
using Tidemark.TortureHost;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>Processes that keep the same schedules on one store; what their handlers have written down; and whether that is what it should be.</summary>
internal sealed class ScheduleProcesses(CrashStore on, params int[] intervals) : IAsyncDisposable
{
    readonly List<Process> started = [];
    IHost? reader;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    /// <summary>Starts one, with a fault armed in it or none.</summary>
    public Process Start(string? fault, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Tidemark.TortureHost"),
            ["schedule", "--folder", on.Folder, "--life", $"{started.Count}", "--intervals", string.Join(',', intervals), .. on.Arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        if (fault is not null) start.Environment[FaultArming.Variable] = fault;
        var process = Process.Start(start)!;
        process.BeginErrorReadLine(); // nobody reads them, but a full pipe would stop the process
        process.BeginOutputReadLine();
        started.Add(process);
        return process;
    }

    /// <summary>Waits until somebody's handler has run for each occurrence that has a job, and each schedule has come past an instant.</summary>
    public async Task RanUntilAsync(DateTimeOffset until, TimeSpan longest)
    {
        var store = await OpenAsync();
        for (var time = Stopwatch.StartNew(); ; await Task.Delay(100, Ending))
        {
            var (ran, open) = (Ran().Select(line => (line.Schedule, line.At)).ToHashSet(), 0);
            for (var number = 0; number < intervals.Length; number++)
            {
                var name = ScheduleMode.NameOf(number);
                var kept = (await OccurrencesAsync(store, name)).Where(one => one.At <= until).ToList();
                if (kept.Count == 0 || kept[0].At < until.AddSeconds(-intervals[number])) open++;
                open += kept.Count(one => !ran.Contains((name, one.At)));
            }
            if (open == 0) return;
            Assert.True(time.Elapsed < longest, $"{open} occurrences up to {until:O} have no job, or a job that nobody has run, after {time.Elapsed}.");
        }
    }

    /// <summary>Each instant of each rule from its declaration until the given one has one job, which some handler has run; and there is no other.</summary>
    /// <returns>The occurrences in all.</returns>
    public async Task<int> JudgeAsync(DateTimeOffset until)
    {
        var store = await OpenAsync();
        var ran = Ran().ToLookup(line => line.Schedule);
        var count = 0;
        for (var number = 0; number < intervals.Length; number++)
        {
            var name = ScheduleMode.NameOf(number);
            var kept = (await OccurrencesAsync(store, name)).Where(one => one.At <= until).Reverse().ToList();
            var state = ScheduleEntry.Of((await store.GetScheduleAsync(name))!.Schedule).State;
            Assert.Equal(Instants(number, state.DeclaredAt, until), kept.Select(one => one.At));
            Assert.Equal(0, state.Missed);
            var jobs = (await JobsAsync(store, name)).Where(job => job.At <= until).ToLookup(job => job.At, job => job.Id);
            Assert.All(kept, one => Assert.Equal(one.Job, Assert.Single(jobs[one.At])));
            Assert.Equal(kept.Count, jobs.Count);
            var byHandlers = ran[name].Where(line => line.At <= until).ToLookup(line => line.At, line => line.Job);
            Assert.All(kept, one => Assert.Equal(one.Job.ToString(), Assert.Single(byHandlers[one.At].Distinct())));
            Assert.Empty(byHandlers.Select(line => line.Key).Except(kept.Select(one => one.At)));
            count += kept.Count;
        }
        return count;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in started)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
        if (reader is IAsyncDisposable open) await open.DisposeAsync();
    }

    List<DateTimeOffset> Instants(int number, DateTimeOffset after, DateTimeOffset until)
    {
        var (rule, instants) = (ScheduleMode.RuleOf(number, intervals[number]), new List<DateTimeOffset>());
        for (var next = rule.Next(after); next is { } at && at <= until; next = at.AddSeconds(intervals[number])) instants.Add(at); // a grid: no next() but the first
        return instants;
    }

    async Task<IJobStore> OpenAsync()
    {
        if (reader is null)
        {
            var builder = Host.CreateEmptyApplicationBuilder(new());
            builder.Services.AddTidemark(on.Compose); // no job: it only reads
            reader = builder.Build();
            await reader.StartAsync(Ending);
        }
        return reader.Services.GetRequiredService<Seams.EngineParts>().Store;
    }

    // Newest first.
    static async Task<List<OccurrenceReading>> OccurrencesAsync(IJobStore store, string name)
    {
        var found = new List<OccurrenceReading>();
        while (await store.ListOccurrencesAsync(new() { Schedule = name, To = found.Count > 0 ? found[^1].At.AddMilliseconds(-1) : null, Limit = 1_000 }) is { Length: > 0 } page) found.AddRange(page);
        return found;
    }

    static async Task<List<(DateTimeOffset At, JobId Id)>> JobsAsync(IJobStore store, string name)
    {
        var found = new List<(DateTimeOffset, JobId)>();
        Reading.JobPage? page = null;
        do
        {
            page = await store.ListJobsAsync(new() { Tag = Occurrence.TagOf(name), Before = page?.Next, Limit = 1_000 });
            found.AddRange(page.Jobs.Select(job => (Occurrence.Of(job.Tags)!.At, job.Id)));
        }
        while (page.Next is not null);
        return found;
    }

    IEnumerable<(string Schedule, string Job, DateTimeOffset At)> Ran() => Journal.Files(on.Folder).SelectMany(ReadLines)
        .Select(line => line.Split(' ')).Where(line => line is [_, "ran", _, _, { Length: 13 }])
        .Select(line => (line[2], line[3], DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(line[4], CultureInfo.InvariantCulture))));

    static IEnumerable<string> ReadLines(string path)
    {
        using var lines = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (lines.ReadLine() is { } line) yield return line;
    }
}
