using Tidemark.Seams;
using Tidemark.Sqlite.Files;

namespace Tidemark.TortureHost;

/// <summary>Three migrations, of which none can run twice; the process kills itself after the k-th, as a crash between two steps would.</summary>
internal static class MigrationMode
{
    public const int Steps = 3;

    public static int Run(Arguments arguments)
    {
        var left = arguments.Number("kill-after", 0);
        FaultPoints.Armed = point =>
        {
            if (point == FaultPoints.MigrationBetweenSteps && --left == 0) Native.Send(Environment.ProcessId, Native.Kill);
        };
        var steps = Enumerable.Range(1, Steps).Select(step => new Migration(step, $"step-{step}", $"CREATE TABLE step_{step} (n)")).ToList();
        SqliteFile.Open(new() { Path = TortureStore.Database(arguments.Folder) }, steps).Dispose();
        return 0;
    }
}
