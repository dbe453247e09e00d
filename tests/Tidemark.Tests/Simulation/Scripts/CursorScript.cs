namespace Tidemark.Tests.Simulation;

/// <summary>A handler that owns its loop and saves its position every so often.</summary>
internal sealed class CursorScript(int index) : Script(index)
{
    public required int Items { get; init; }
    public required int Every { get; init; }
    public required TimeSpan ItemTime { get; init; }

    // What the script itself promises: it saves after so many items.
    StreamPromise Promise => new("position", Every, null, 1) { IsOwnLoop = true };

    public override TimeSpan Work => ItemTime * Items;

    public override async Task RunAsync(Stage stage)
    {
        var cursor = stage.Job.Cursor<int>("position");
        for (var at = await cursor.LoadAsync(0); at < Items; at++)
        {
            var execution = stage.Run.Begin(Promise, $"{at}");
            await stage.DelayAsync(ItemTime, stage.Abort);
            execution.End(ExecutionState.Done, share: 1);
            if ((at + 1) % Every == 0 || at + 1 == Items) await cursor.SaveAsync(at + 1, Every);
        }
    }

    public override string? FaultAtEnd(JobId job, Ending ending)
    {
        var missed = Enumerable.Range(0, Items).Where(at => !ending.Log.WasDone(job, "position", $"{at}")).ToList();
        return missed.Count == 0 ? null : $"items {string.Join(", ", missed)} were never done";
    }
}
