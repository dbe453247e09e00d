namespace Tidemark.Running;

/// <summary>The streams of one attempt: which are open, and what they would leave behind if the attempt ended now.</summary>
internal sealed class AttemptStreams(Attempt attempt)
{
    readonly Dictionary<string, StreamLedger?> opened = new(StringComparer.Ordinal);
    string? running;
    TaskCompletionSource? left;
    bool closed;

    public bool InProgress
    {
        get
        {
            lock (opened) return running is not null;
        }
    }

    public JobStream<T> Open<T>(string name, Func<StreamPartition, Source<T>> source)
    {
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

        return attempt.Job.Visit is { } visit && visit.Stream != name
            ? new(loop: null) // a visit is for one stream: the others are not its business
            : new(new StreamEntry<T>(new(attempt, name, options), source));
    }

    /// <summary>A stream begins to run: from here to <see cref="Leave"/> the attempt does not end without it.</summary>
    public void Enter(string name)
    {
        lock (opened)
        {
            if (closed || attempt.HasReturned) throw new JobFaultException($"Stream '{name}' of job '{attempt.Job.Name}' is run after its handler has returned. Await it in the handler.");
            if (running is { } other)
                throw new JobFaultException($"Stream '{name}' of job {attempt.Job.Id} begins while its stream '{other}' runs. An attempt runs one stream at a time: await the first before the second, raise Concurrency to do more at once, or make the second a job of its own.");
            running = name;
        }
    }

    public void Started(string name, StreamLedger ledger)
    {
        lock (opened) opened[name] = ledger;
    }

    public void Leave()
    {
        lock (opened)
        {
            running = null;
            left?.TrySetResult();
        }
    }

    /// <summary>
    /// The handler has returned, and no stream may begin any more. One that it did not await is asked to leave, and waited for: what it still
    /// does would run beside the next attempt. Answers its name, if there is one.
    /// </summary>
    public async Task<string?> CloseAsync()
    {
        string unawaited;
        lock (opened)
        {
            closed = true;
            if (running is null) return null;
            unawaited = running;
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
            var now = attempt.Parts.Time.GetTimestamp();
            long items = 0, time = 0;
            foreach (var ledger in opened.Values)
            {
                if (ledger is null) continue;
                items += ledger.Exposed;
                time += ledger.ExposedMs(now);
            }
            return (items, time);
        }
    }
}
