using Tidemark.Settling;

namespace Tidemark.Running;

/// <summary>The last lines that an attempt logged; a ring made at the first line, because most attempts log none.</summary>
internal sealed class AttemptLog(int capacity)
{
    const int MaxLineLength = 2_000;

    readonly Lock gate = new();
    Queue<LogLine>? lines;

    public void Add(DateTimeOffset at, string level, string text)
    {
        if (capacity == 0) return;
        var line = new LogLine(at, level, text.Length <= MaxLineLength ? text : string.Concat(text.AsSpan(0, MaxLineLength), "…"));
        lock (gate)
        {
            lines ??= new();
            if (lines.Count == capacity) lines.Dequeue();
            lines.Enqueue(line);
        }
    }

    public IReadOnlyList<LogLine> Take()
    {
        lock (gate) return lines is null ? [] : [.. lines];
    }
}
