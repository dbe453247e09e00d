using Tidemark.Lifecycle;
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
        var line = new LogLine(at, level, KeptText.Of(text, MaxLineLength));
        lock (gate)
        {
            lines ??= new();
            if (lines.Count == capacity) lines.Dequeue();
            lines.Enqueue(line);
        }
    }

    /// <summary>The lines that nobody has taken yet; they are the taker's to write.</summary>
    public IReadOnlyList<LogLine> Take()
    {
        lock (gate)
        {
            if (lines is not { Count: > 0 }) return [];
            var taken = lines;
            lines = null;
            return [.. taken];
        }
    }

    /// <summary>Taken, but not written: they stay to be told, before what came since, as far as there is room.</summary>
    public void GiveBack(IReadOnlyList<LogLine> taken)
    {
        lock (gate) lines = new([.. taken.Concat(lines ?? []).TakeLast(capacity)]);
    }
}
