using System.Diagnostics;
using Tidemark.Sqlite.Writing;

namespace Tidemark.TortureHost;

/// <summary>How evenly the gate serves processes that want it all the time: commits of each, and the longest that one waited.</summary>
internal static class Fairness
{
    public static int Run(Arguments arguments)
    {
        TortureStore.Open(Directory.CreateDirectory(arguments.Folder).FullName).Dispose();
        var start = (Environment.TickCount64 / 1_000) + 5;   // time for all of them to be loaded: the first and the last must not be alone
        var end = start + arguments.Number("seconds", 10);
        var processes = Enumerable.Range(0, arguments.Number("processes", 8)).Select(writer => Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
            ["contend", "--folder", arguments.Folder, "--writer", writer.ToString(), "--start", start.ToString(), "--end", end.ToString(), "--producers", arguments.Number("producers", 1).ToString()]) { UseShellExecute = false })!).ToList();
        foreach (var process in processes) process.WaitForExit();
        return processes.Exists(process => process.ExitCode != 0) ? 1 : 0;
    }

    public static async Task<int> ContendAsync(Arguments arguments)
    {
        Native.DieWithParent();
        using var file = TortureStore.Open(arguments.Folder, options => options.WalCheckpointPages = 1_000);
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        var end = arguments.Number("end", 0) * 1_000L;
        Thread.Sleep((int)Math.Max(0, (arguments.Number("start", 0) * 1_000L) - Environment.TickCount64));
        var (rows, longest) = (0, TimeSpan.Zero);
        await Task.WhenAll(Enumerable.Range(0, arguments.Number("producers", 1)).Select(_ => Task.Run(async () =>
        {
            while (Environment.TickCount64 < end)
            {
                var before = Stopwatch.GetTimestamp();
                await writer.RunAsync(new InsertRow(RowKey.Of(arguments.Number("writer", 0), 0, Interlocked.Increment(ref rows))));
                var took = Stopwatch.GetElapsedTime(before);
                if (took > longest) longest = took;
            }
        })));
        Console.WriteLine($"writer {arguments.Number("writer", 0)}: {rows} rows in {writer.Commits} commits, longest {longest.TotalMilliseconds:0} ms");
        return 0;
    }
}
