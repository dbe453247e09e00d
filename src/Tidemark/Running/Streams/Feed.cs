namespace Tidemark.Running;

/// <summary>
/// What comes next in a stream: due items of the retry list first, then the source, past what is settled already. Used by one taker at a time.
/// </summary>
internal sealed class Feed<T, TCursor>(StreamSetup setup, Source<T, TCursor> source, StreamMemory? memory, bool oneByOne) : IAsyncDisposable
{
    const int MaxKeyLength = 500;
    const int KeysALookup = 1_000;

    readonly HashSet<string>? passOver = PassOver(source.Kind, memory);
    readonly PriorityQueue<RetryItem, DateTimeOffset> retryList = Listed(memory);
    readonly HashSet<string> listed = [.. (memory?.RetryList ?? []).Select(item => item.Key)]; // with those of the list that are in flight
    readonly bool skipsByKey = source.Kind == SourceKind.ByKey && memory is not null;
    readonly List<SourceItem<T, TCursor>> read = []; // ahead, to ask for many keys at once; only when skipping by key. The reader has passed them: they outlive a look that fails
    readonly Queue<SourceItem<T, TCursor>> looked = new();
    SourceReader<T, TCursor>? reader;
    string? lastKey;
    long shiftsTaken;

    public StreamWindow<TCursor> Window { get; } = new(oneByOne);
    public bool SourceEnded { get; private set; }

    /// <summary>Items that the source gave and that were settled before this attempt.</summary>
    public long Skipped { get; private set; }
    public long? Count => reader?.Count;
    public string? Fingerprint => reader?.Fingerprint;
    public int RetryListed => retryList.Count;

    /// <summary>As <see cref="RetryListed"/>, with those in flight.</summary>
    public int OnList => listed.Count;
    public DateTimeOffset? NextRetryAt => retryList.TryPeek(out _, out var due) ? due : null;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        setup.Parts.DemandRoundTrip(typeof(TCursor), () => $"The cursor of stream '{setup.Name}'");
        var saved = memory?.Cursor is { } json
            ? setup.Parts.FromJson<TCursor>(json, $"The cursor of stream '{setup.Name}' of job {setup.Attempt.Job.Id}")
            : default;
        reader = await source.OpenAsync(new() { HasCursor = memory?.Cursor is not null, Cursor = saved, Fingerprint = memory?.Fingerprint }, cancellationToken)
            ?? throw new JobFaultException($"The source of stream '{setup.Name}' ({source.GetType().Name}) answered OpenAsync with null. Answer with a reader, if need be one without items.");
    }

    /// <summary>The next item at hand; false: none, <see cref="FillAsync"/> gets more.</summary>
    public bool TryNext(StreamLedger ledger, bool onlyListed, out Work<T> work)
    {
        if (retryList.Count > 0 && TryRetry(setup.Parts.Time.GetUtcNow(), out work)) return true;
        work = default;
        return !onlyListed && TryFresh(ledger, out work);
    }

    /// <summary>The next item of the source that is at hand.</summary>
    public bool TryFresh(StreamLedger ledger, out Work<T> work)
    {
        while (skipsByKey ? looked.TryDequeue(out var item) : reader!.TryRead(out item))
        {
            Check(item.Key, after: lastKey);
            if (passOver is not null && passOver.Remove(item.Key))
            {
                if (source.Kind != SourceKind.ByKey) Window.AdmitSettled(item.Key, item.After);
                Skipped++;
                continue;
            }
            if (!IsNew(item, ledger)) continue;
            work = new()
            {
                Value = item.Value,
                Key = item.Key,
                Ordinal = source.Kind == SourceKind.ByKey ? -1 : Window.Admit(item.Key, item.After),
                Fault = item.Fault,
                RawPayload = item.RawPayload,
            };
            return true;
        }
        work = default;
        return false;
    }

    /// <summary>Gets more items from the source; false once it has ended.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (SourceEnded) return false;
        if (skipsByKey ? await LookAheadAsync(cancellationToken) : await reader!.FillAsync(cancellationToken)) return true;
        // An end that is told once a stop was asked for may be no more than the reader's way to leave. If it is one, the next attempt meets it again.
        if (cancellationToken.IsCancellationRequested) return true;
        SourceEnded = true;
        return false;
    }

    /// <summary>A canary of the retry list: another key than the last one, if there is another.</summary>
    public bool TryListed(string? lastKey, out Work<T> work)
    {
        var all = retryList.UnorderedItems.OrderBy(entry => entry.Priority).ThenBy(entry => entry.Element.Key, StringComparer.Ordinal).Select(entry => entry.Element).ToList();
        var after = all.FindIndex(item => item.Key == lastKey);
        if (all.Count == 0)
        {
            work = default;
            return false;
        }
        var canary = all[(after + 1) % all.Count];
        retryList.Clear();
        foreach (var item in all.Where(item => item != canary)) retryList.Enqueue(item, item.DueAt);
        work = FromList(canary);
        return true;
    }

    /// <summary>Back on the list that this attempt works from.</summary>
    public void RetryLater(RetryItem item)
    {
        retryList.Enqueue(item, item.DueAt);
        listed.Add(item.Key);
    }

    /// <summary>An item of the list is settled.</summary>
    public void RetryIsDone(string key) => listed.Remove(key);

    /// <summary>How many items the source saw come or go behind the position since this was asked last.</summary>
    public long TakeShifted()
    {
        var more = (reader?.Shifted ?? 0) - shiftsTaken;
        shiftsTaken += more;
        return more;
    }

    public ValueTask DisposeAsync() => reader?.DisposeAsync() ?? ValueTask.CompletedTask;

    bool TryRetry(DateTimeOffset now, out Work<T> work)
    {
        work = default;
        if (!retryList.TryPeek(out var item, out var due) || due > now) return false;
        retryList.Dequeue();
        work = FromList(item);
        return true;
    }

    Work<T> FromList(RetryItem item) => new()
    {
        Value = setup.Parts.FromJson<T>(item.Payload, $"The item '{item.Key}' on the retry list of stream '{setup.Name}'"),
        Key = item.Key,
        Ordinal = -1,
        Failures = item.Failures,
        Listed = true,
    };

    async ValueTask<bool> LookAheadAsync(CancellationToken cancellationToken)
    {
        while (looked.Count == 0)
        {
            while (read.Count < KeysALookup)
            {
                if (reader!.TryRead(out var item))
                {
                    Check(item.Key, after: read.Count > 0 ? read[^1].Key : lastKey);
                    read.Add(item);
                }
                else if (!await reader.FillAsync(cancellationToken)) break;
            }
            if (read.Count == 0) return false;
            var keys = read.ConvertAll(item => item.Key);
            HashSet<string> settled = [.. await StoreCalls.PersistAsync(setup.Attempt, () => setup.Parts.Store.SettledAmongAsync(setup.Attempt.Job.Id, setup.Name, keys))];
            foreach (var item in read)
            {
                if (settled.Contains(item.Key)) Skipped++;
                else looked.Enqueue(item);
            }
            read.Clear();
        }
        return true;
    }

    void Check(string? key, string? after)
    {
        if (string.IsNullOrEmpty(key)) throw new JobFaultException($"Stream '{setup.Name}' got an item without a key after '{after ?? "the start"}'. The key function must give every item one: it is how an item is known again.");
        if (key.Length > MaxKeyLength) throw new JobFaultException($"Stream '{setup.Name}' got the key '{key[..40]}…' of {key.Length} characters. Use at most {MaxKeyLength}; hash longer ones.");
        if (Lifecycle.KeptText.Fault(key) is { } fault) throw new JobFaultException($"Stream '{setup.Name}' got a key after '{after ?? "the start"}' that {fault}.");
    }

    // Seen here is a key that repeats its neighbour's, or that of an item which is not settled yet: these two would be taken for one by what is
    // kept by key. Wider apart only a source can know (Items does).
    bool IsNew(in SourceItem<T, TCursor> item, StreamLedger ledger)
    {
        var repeats = item.Key == lastKey || Window.Holds(item.Key) || (listed.Count > 0 && listed.Contains(item.Key));
        lastKey = item.Key;
        if (!repeats) return true;
        if (source.Kind == SourceKind.Stable)
            throw new JobFaultException($"Stream '{setup.Name}' got the key '{item.Key}' twice. Keys must be unique: they are the items' identity and idempotency.");
        if (source.Kind != SourceKind.ByKey) Window.AdmitSettled(item.Key, item.After);
        ledger.Shifted(1);
        return false;
    }

    // Settled ahead of the mark; or, for a source that is read from the start again, already on the retry list.
    static HashSet<string>? PassOver(SourceKind kind, StreamMemory? memory) => kind == SourceKind.ByKey
        ? memory is { RetryList.Length: > 0 } ? [.. memory.RetryList.Select(item => item.Key)] : null
        : memory is { Ahead.Length: > 0 } ? [.. memory.Ahead] : null;

    static PriorityQueue<RetryItem, DateTimeOffset> Listed(StreamMemory? memory)
    {
        var list = new PriorityQueue<RetryItem, DateTimeOffset>();
        foreach (var item in memory?.RetryList ?? []) list.Enqueue(item, item.DueAt);
        return list;
    }
}
