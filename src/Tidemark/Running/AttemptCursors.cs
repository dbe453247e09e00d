namespace Tidemark.Running;

/// <summary>The cursors of one attempt: one book a name, however often the handler asks for it.</summary>
internal sealed class AttemptCursors(Attempt attempt)
{
    readonly Dictionary<string, CursorBook> books = new(StringComparer.Ordinal);

    public CursorBook Open<T>(string name)
    {
        if (Names.Fault(name, "cursor name") is { } fault) throw new JobFaultException($"Job '{attempt.Job.Name}': {fault}");
        // Both would be one row of the store, and each would save over the other.
        if (attempt.Definition.Streams.ContainsKey(name)) throw new JobFaultException($"Job '{attempt.Job.Name}' opens a cursor named '{name}', which is the name of one of its streams. A stream saves its position by itself: give the cursor a name of its own.");
        attempt.Parts.DemandRoundTrip(typeof(T), () => $"The cursor '{name}' of job {attempt.Job.Id}");
        lock (books)
        {
            if (!books.TryGetValue(name, out var book)) books.Add(name, book = new(attempt, name));
            return book;
        }
    }
}
