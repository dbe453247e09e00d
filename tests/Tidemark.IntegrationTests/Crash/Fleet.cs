using System.Diagnostics;
using Tidemark.IntegrationTests.Crash.Checks;
using Tidemark.TortureHost;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>Processes that serve one store, and the signals they are given. Whoever is left at the end is killed.</summary>
internal sealed class Fleet : IDisposable
{
    static readonly TimeSpan LongestEnd = TimeSpan.FromMinutes(1);
    readonly List<Process> all = [];
    readonly CrashStore store;
    readonly string journals;
    readonly string[] everybody; // what each is told
    int lives;

    Fleet(CrashStore store, string journals, int firstLife, string[] everybody) => (this.store, this.journals, lives, this.everybody) = (store, journals, firstLife, everybody);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public IReadOnlyList<Process> All => all;

    /// <param name="store">With the handlers' tables, or without.</param>
    /// <param name="journals">Where the journals are: elsewhere, if the disk under the store is to be cut off.</param>
    /// <param name="firstLife">The number of its first process, if others have been before it.</param>
    /// <param name="isKilled">Its processes are killed again and again, for which none of their jobs and items answers.</param>
    public static async Task<Fleet> OfAsync(CrashStore store, string? journals = null, int firstLife = 0, bool isKilled = false)
    {
        await store.ExecuteAsync(MixTables.Create(store.RowNumber));
        return new(store, journals ?? store.Folder, firstLife, isKilled ? ["--killed", "1"] : []);
    }

    public Process Start(params string[] options) => Start(new Dictionary<string, string>(), options);

    public Process Start(IReadOnlyDictionary<string, string> environment, params string[] options)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Tidemark.TortureHost"),
            ["serve", "--folder", store.Folder, .. store.Arguments, "--journal", journals, "--life", $"{lives++}", .. everybody, .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.BeginErrorReadLine(); // nobody reads it, but a full pipe would stop the process
        all.Add(process);
        return process;
    }

    public static async Task UpAsync(Process process) => Assert.Equal("up", await process.StandardOutput.ReadLineAsync(Ending));

    public static void Kill(Process process)
    {
        if (!process.HasExited) Native.Send(process.Id, Native.Kill);
        process.WaitForExit();
    }

    /// <summary>Asks each to end in good order, and waits until it has.</summary>
    public static async Task EndAsync(params IEnumerable<Process> processes)
    {
        var asked = processes.Where(process => !process.HasExited).ToList();
        foreach (var process in asked) Native.Send(process.Id, Native.Terminate);
        foreach (var process in asked)
        {
            await process.WaitForExitAsync(Ending).WaitAsync(LongestEnd, Ending);
            Assert.True(process.ExitCode is 0 or 128 + Native.Terminate, $"A process that was asked to end ended with {process.ExitCode}."); // 143: it was not up yet
        }
    }

    /// <summary>Waits until every job that was acknowledged is done, with whoever is up; then nothing has been asked for any more.</summary>
    public async Task DrainedAsync()
    {
        var (most, open) = (CrashTime.Longest, int.MaxValue);
        for (var since = Stopwatch.StartNew(); open > 0; await Task.Delay(50, Ending))
        {
            var history = Read();
            open = history.Tokens("acked").Except(history.Done.Select(row => row.Token)).Count();
            Assert.True(since.Elapsed < most, $"{open} acknowledged jobs were not done after {most}: {string.Join(", ", history.Tokens("acked").Except(history.Done.Select(row => row.Token)).Take(5))}\n{Said()}");
        }
    }

    /// <summary>Waits until somebody has worked for so long, by the journals' clock: nobody steps it, and those that are not stopped go on writing.</summary>
    public async Task WorkedOnAsync(TimeSpan span)
    {
        long? from = null; // a process that is up need not have written anything yet
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(20, Ending))
        {
            if (Read().Entries is [.., var latest])
            {
                from ??= latest.At;
                if (latest.At - from >= (long)span.TotalNanoseconds) return;
            }
            Assert.True(since.Elapsed < CrashTime.Longest, $"Nothing was done for {since.Elapsed}.\n{Said()}");
        }
    }

    /// <summary>Lets one process that asks for nothing do what is left; then the checkers may look.</summary>
    public async Task<History> FinishAsync()
    {
        var last = Start();
        await DrainedAsync();
        await EndAsync(last);
        return Read();
    }

    public History Read() => History.Read(store, journals);

    /// <summary>What the engines have logged as errors.</summary>
    public string Said() => string.Join("", ServeMode.Logs(journals).SelectMany(File.ReadLines).Select(line => line + "\n"));

    public void Dispose()
    {
        foreach (var process in all)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
    }
}
