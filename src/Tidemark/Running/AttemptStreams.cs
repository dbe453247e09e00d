namespace Tidemark.Running;

/// <summary>The streams of one attempt: which are open, and what they would leave behind if the attempt ended now.</summary>
internal sealed class AttemptStreams(Attempt attempt)
{
    readonly Dictionary<string, StreamLedger?> opened = new(StringComparer.Ordinal);
    int running;

    public bool InProgress => Volatile.Read(ref running) > 0;

    public JobStream<T> Open<T>(string name, Source<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!attempt.Definition.Streams.TryGetValue(name, out var options))
        {
            var declared = attempt.Definition.Streams.Count == 0 ? "none" : string.Join(", ", attempt.Definition.Streams.Keys.Order(StringComparer.Ordinal));
            throw new JobFaultException($"Job '{attempt.Job.Name}' opens the stream '{name}', which was not declared (declared: {declared}). Add .Stream(\"{name}\", …) to its registration: the bound must be known before the run.");
        }
        attempt.Parts.DemandRoundTrip(typeof(T), () => $"An item of stream '{name}'");
        lock (opened)
        {
            if (!opened.TryAdd(name, null)) throw new JobFaultException($"Job '{attempt.Job.Name}' opens the stream '{name}' twice. Give each its own name.");
        }

        if (attempt.Job.Visit is not { } visit) return new(source.CreateLoop(new(attempt, name, options, IsReplay: false)));
        return visit.Stream == name
            ? new(new ReplaySource<T>(attempt).CreateLoop(new(attempt, name, options, IsReplay: true)))
            : new(loop: null); // a visit is for one stream: the others are not its business
    }

    public void Started(string name, StreamLedger ledger)
    {
        Interlocked.Increment(ref running);
        lock (opened) opened[name] = ledger;
    }

    public void Ended() => Interlocked.Decrement(ref running);

    /// <summary>What would be done again if everything unsaved and in flight were lost now.</summary>
    public (long Items, long Milliseconds) LeftBehind()
    {
        lock (opened)
        {
            long items = 0, time = 0;
            foreach (var ledger in opened.Values)
            {
                if (ledger is null) continue;
                items += ledger.Exposed;
                time += ledger.ExposedMs;
            }
            return (items, time);
        }
    }
}
