using System.Diagnostics;
using Tidemark.TortureHost;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>One life of a service on a store, with a fault armed in it or none, and what all lives together have done.</summary>
internal sealed class WorkProcess(CrashStore store)
{
    public const int Killed = 128 + Native.Kill;

    /// <summary>Lives a life to its end; answers how it ended and what it said.</summary>
    public async Task<(int Code, string Output, string Error)> LiveAsync(string? fault, params string[] options)
    {
        using var process = Start(fault, options);
        return await EndAsync(process);
    }

    /// <summary>Waits for the end of a process that was started, not longer than a minute.</summary>
    public static async Task<(int Code, string Output, string Error)> EndAsync(Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            process.Kill();
        }
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Waits until all threads of the process have been stopped by a signal.</summary>
    public static async Task StoppedAsync(Process process)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (!Stopper.HasStopped(process.Id))
        {
            Assert.False(process.HasExited, "It ended instead of being stopped: its fault point was never reached.");
            await Task.Delay(10, limit.Token);
        }
    }

    public Process Start(string? fault, params string[] options)
    {
        var host = Path.Combine(AppContext.BaseDirectory, "Tidemark.TortureHost");
        var start = new ProcessStartInfo(host, ["work", "--folder", store.Folder, .. store.Arguments, .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (fault is not null) start.Environment[FaultArming.Variable] = fault;
        return Process.Start(start)!;
    }

    /// <summary>How often each call to the outside was begun, by the handlers' own account.</summary>
    public Dictionary<int, int> Calls() => Began("call").GroupBy(line => int.Parse(line[1])).ToDictionary(group => group.Key, group => group.Count());

    /// <summary>The idempotency keys that were given for each call.</summary>
    public ILookup<int, string> Keys() => Began("call").ToLookup(line => int.Parse(line[1]), line => line[2]);

    /// <summary>The rows that effects have left, in order.</summary>
    public int[] Effects() => [.. store.Read("SELECT number FROM effect ORDER BY number", row => row.GetInt32(0))];

    /// <summary>Calls beyond the first of each.</summary>
    public int Redone() => Calls().Values.Sum(times => times - 1);

    /// <summary>Every call was made, each with one key however often; every effect is there once.</summary>
    public void AssertWhole()
    {
        Assert.Equal(Enumerable.Range(0, WorkMode.Items), Calls().Keys.Order());
        Assert.All(Keys(), keys => Assert.Single(keys.Distinct()));
        Assert.Equal([-1, .. Enumerable.Range(0, WorkMode.Items)], Effects());
    }

    /// <summary>The ledger: cause, items (−1: not counted), exact.</summary>
    public List<(int Cause, long Items, bool Exact)> Ledger() =>
        store.Read("SELECT cause, cost_items, exact FROM interruption ORDER BY id", row => (row.GetInt32(0), row.GetInt64(1), row.GetBoolean(2)));

    IEnumerable<string[]> Began(string what) =>
        WorkMode.Logs(store.Folder).SelectMany(File.ReadLines).Select(line => line.Split(' ')).Where(line => line[0] == what);
}
