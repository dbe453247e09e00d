namespace Tidemark.Running;

/// <summary>
/// Finds which of very many lines repeat an earlier one. The hashes are dealt out by their first byte, so that equal lines meet in one
/// partition, and each partition is small enough to be counted in memory by itself.
/// </summary>
internal sealed class Occurrences(SpillFile spill)
{
    const int Partitions = 256;

    readonly SpillLog<HashedLine> lines = new(spill, Partitions);

    public long Count { get; private set; }

    public void Add(UInt128 hash) => lines.Add((int)(hash >> 120), new((ulong)(hash >> 64), (ulong)hash, Count++));

    public async ValueTask<RepeatedLines> FindRepeatsAsync(CancellationToken cancellationToken)
    {
        var repeats = new SpillLog<RepeatedLine>(spill, Partitions);
        var seen = new Dictionary<UInt128, long>();
        for (var partition = 0; partition < Partitions; partition++)
        {
            CountPartition(partition, seen, repeats);

            // Ten million lines take a second or more in all: the lane's other work goes in between.
            if (Count > Partitions) await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
        }
        return new(repeats);
    }

    void CountPartition(int partition, Dictionary<UInt128, long> seen, SpillLog<RepeatedLine> repeats)
    {
        seen.Clear();
        for (var reader = lines.Read(partition); reader.MoveNext();)
        {
            var line = reader.Current;
            var hash = new UInt128(line.High, line.Low);
            var nth = seen[hash] = seen.GetValueOrDefault(hash) + 1;
            if (nth > 1) repeats.Add(partition, new(line.Ordinal, nth));
        }
    }

    // Two halves in place of a UInt128, whose alignment would make 32 bytes out of 24.
    readonly record struct HashedLine(ulong High, ulong Low, long Ordinal);
}

/// <summary>A line that stood in the file before: the how-many-eth line it is, and the how-many-eth of its kind (2 or more).</summary>
internal readonly record struct RepeatedLine(long Ordinal, long Nth);

/// <summary>The repeated lines in the order of the file: a merge of the partitions, each of which is in that order.</summary>
internal sealed class RepeatedLines
{
    readonly PriorityQueue<SpillLog<RepeatedLine>.Reader, long> partitions = new();

    public RepeatedLines(SpillLog<RepeatedLine> repeats)
    {
        for (var partition = 0; partition < repeats.Partitions; partition++)
        {
            var reader = repeats.Read(partition);
            if (reader.MoveNext()) partitions.Enqueue(reader, reader.Current.Ordinal);
        }
    }

    /// <summary>The how-many-eth of its kind a line is. Asked once for each line, in the order of the file.</summary>
    public long NthOf(long ordinal)
    {
        if (!partitions.TryPeek(out var reader, out var next) || next != ordinal) return 1;
        var nth = reader.Current.Nth;
        if (reader.MoveNext()) partitions.DequeueEnqueue(reader, reader.Current.Ordinal);
        else partitions.Dequeue();
        return nth;
    }
}
