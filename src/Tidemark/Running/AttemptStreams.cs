namespace Tidemark.Running;

/// <summary>The streams of one attempt: which are open, and what they would leave behind if the attempt ended now.</summary>
internal sealed class AttemptStreams(Attempt attempt)
{
    readonly Dictionary<string, StreamLedger?> opened = new(StringComparer.Ordinal);
    readonly List<string> running = [];
    TaskCompletionSource? left;
    bool closed;

    public bool InProgress
    {
        get
        {
            lock (opened) return running.Count > 0;
        }
    }

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

    /// <summary>A stream begins to run: from here to <see cref="Leave"/> the attempt does not end without it.</summary>
    public void Enter(string name)
    {
        lock (opened)
        {
            if (closed || attempt.HasReturned) throw new JobFaultException($"Stream '{name}' of job '{attempt.Job.Name}' is run after its handler has returned. Await it in the handler.");
            running.Add(name);
        }
    }

    public void Started(string name, StreamLedger ledger)
    {
        lock (opened) opened[name] = ledger;
    }

    public void Leave(string name)
    {
        lock (opened)
        {
            running.Remove(name);
            if (running.Count == 0) left?.TrySetResult();
        }
    }

    /// <summary>
    /// The handler has returned, and no stream may begin any more. Those that it did not await are asked to leave, and waited for: what they still
    /// do would run beside the next attempt. Answers their names.
    /// </summary>
    public async Task<string[]> CloseAsync()
    {
        string[] unawaited;
        lock (opened)
        {
            closed = true;
            if (running.Count == 0) return [];
            unawaited = [.. running.Order(StringComparer.Ordinal)];
            left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        attempt.Ask(new(StopCause.Returned, "the handler has returned"));
        await left.Task;
        return unawaited;
    }

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
