using System.Diagnostics;
using Tidemark.Sqlite.Writing;

namespace Tidemark.TortureHost;

/// <summary>How evenly the gate serves processes that want it all the time: commits of each, and the longest that one waited.</summary>
internal static class Fairness
{
    public static int Run(Arguments arguments)
    {
        TortureStore.Open(Directory.CreateDirectory(arguments.Folder).FullName).Dispose();
        var processes = Enumerable.Range(0, arguments.Number("processes", 8)).Select(writer => Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
            ["contend", "--folder", arguments.Folder, "--writer", writer.ToString(), "--seconds", arguments.Number("seconds", 10).ToString()]) { UseShellExecute = false })!).ToList();
        foreach (var process in processes) process.WaitForExit();
        return processes.Exists(process => process.ExitCode != 0) ? 1 : 0;
    }

    public static async Task<int> ContendAsync(Arguments arguments)
    {
        Native.DieWithParent();
        using var file = TortureStore.Open(arguments.Folder, options => options.WalCheckpointPages = 1_000);
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        var end = Environment.TickCount64 + (arguments.Number("seconds", 10) * 1_000L);
        var (commits, longest) = (0, TimeSpan.Zero);
        while (Environment.TickCount64 < end)
        {
            var before = Stopwatch.GetTimestamp();
            await writer.RunAsync(new InsertRow(RowKey.Of(arguments.Number("writer", 0), 0, commits++)));
            var took = Stopwatch.GetElapsedTime(before);
            if (took > longest) longest = took;
        }

        Console.WriteLine($"writer {arguments.Number("writer", 0)}: {commits} commits, longest {longest.TotalMilliseconds:0} ms");
        return 0;
    }
}
