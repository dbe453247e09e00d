using Tidemark.Running;

namespace Tidemark.Storage.InMemory;

/// <summary>What a job remembers: memos and streams, each in the order of their first save.</summary>
internal sealed class MemoryRows
{
    readonly List<StepMemo> steps = [];
    readonly List<StreamRow> streams = [];
    bool forgotten;

    public IReadOnlyList<StepMemo> Steps => steps;

    /// <summary>Kept with their counters even when all else is forgotten: people ask for totals after the end.</summary>
    public IReadOnlyList<StreamRow> Streams => streams;

    public bool IsEmpty => forgotten || (steps.Count == 0 && streams.Count == 0);

    public bool HasSuspects => streams.Any(stream => stream.Suspects.Count > 0);

    public void Put(StepMemo memo)
    {
        var at = steps.FindIndex(step => step.Name == memo.Name);
        if (at < 0) steps.Add(memo);
        else steps[at] = memo;
    }

    public StreamRow? Find(string stream) => streams.Find(row => row.Name == stream);

    public StreamRow FindOrAdd(string stream, DateTimeOffset now)
    {
        if (Find(stream) is { } row) return row;
        streams.Add(row = new() { Name = stream, SavedAt = now });
        return row;
    }

    /// <summary>The two halves as memories of their own; this one stays as it is.</summary>
    public (MemoryRows Steps, MemoryRows Streams) Apart()
    {
        var (left, right) = (new MemoryRows(), new MemoryRows());
        left.steps.AddRange(steps);
        right.streams.AddRange(streams);
        return (left, right);
    }

    public void Forget()
    {
        forgotten = true;
        steps.Clear();
        streams.ForEach(stream => stream.Forget());
    }

    public StreamMemory[] Recall() => forgotten ? [] : [.. streams.Select(stream => stream.Recall())];
}
