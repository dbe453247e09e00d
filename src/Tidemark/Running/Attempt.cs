using System.Data.Common;
using Tidemark.Leasing;
using Tidemark.Seams;
using Tidemark.Settling;

namespace Tidemark.Running;

/// <summary>One try at running a job, from claim to outcome: what its steps and streams share, and what may be asked of it from outside.</summary>
#pragma warning disable CA1001 // Neither source is ever disposed: whoever asks, watches or beats may reach the attempt a moment after its end, and a cancel must then be harmless. Without a timer there is nothing in them to free.
internal sealed class Attempt
#pragma warning restore CA1001
{
    readonly CancellationTokenSource abort = new();
    readonly Lock gate = new();
    CancellationTokenSource? stopping; // made when first looked at: most attempts never do
    StopRequest? stop;                 // written under the gate, read freely
    long lastProgress;                 // a timestamp; written by whoever makes progress, read by the watch
    long restsUntil;                   // a timestamp; a backoff is no silence
    Task<JobMemory>? memory;
    HashSet<(string Stream, string Key)>? suspectItems; // in flight at a crash; under the gate
    volatile bool suspect;
    AttemptSteps? steps;
    AttemptStreams? streams;
    AttemptCursors? cursors;

    public Attempt(ClaimedJob job, JobDefinition definition, WorkerLease worker, EngineParts parts)
    {
        Job = job;
        Definition = definition;
        Worker = worker;
        Parts = parts;
        Lease = job.Lease;
        suspect = job.IsSuspect;
        StartedAt = parts.Time.GetUtcNow();
        StartedTimestamp = lastProgress = parts.Time.GetTimestamp();
        Log = new(parts.Options.LogLines);
    }

    public ClaimedJob Job { get; }
    public JobDefinition Definition { get; }
    public WorkerLease Worker { get; }
    public EngineParts Parts { get; }
    public Lease Lease { get; }
    public DateTimeOffset StartedAt { get; }
    public long StartedTimestamp { get; }
    public AttemptLog Log { get; }

    /// <summary>The worker's presence while this attempt is entered in it; null before and without.</summary>
    public Storage.IPresence? Presence { get; set; }

    /// <summary>The presence slot, −1 for none.</summary>
    public int Slot { get; set; } = -1;

    public string IdempotencyKey => Job.Parent is { } parent && Job.Visit is not null ? $"{parent}" : $"{Job.Id}";
    public CancellationToken Abort => abort.Token;
    public AttemptSteps Steps => steps ?? Made(ref steps, new(this));
    public AttemptStreams Streams => streams ?? Made(ref streams, new(this));
    public AttemptCursors Cursors => cursors ?? Made(ref cursors, new(this));
    /// <summary>It was running at a crash and has not shown since that it can: see <see cref="Saved"/>.</summary>
    public bool IsSuspect => suspect;
    public bool HasStreams => streams is not null;
    public byte[]? Result { get; private set; }
    public Func<DbTransaction, CancellationToken, ValueTask>? Effects { get; private set; }
    public bool IsTrusted => Worker.Trusts(Job.Worker);
    public StopRequest? Stop => Volatile.Read(ref stop);

    /// <summary>How long it has shown no progress, backoff excluded.</summary>
    public TimeSpan Silence
    {
        get
        {
            var elapsed = Parts.Time.GetElapsedTime(Math.Max(Interlocked.Read(ref lastProgress), Interlocked.Read(ref restsUntil)));
            return elapsed > TimeSpan.Zero ? elapsed : TimeSpan.Zero;
        }
    }

    /// <summary>Set by a stream, step or cursor that a stop has cut: the handler's own ending then no longer counts.</summary>
    public bool WasCut { get; set; }

    /// <summary>Set by the watch, once: reported as stalled or unresponsive.</summary>
    public bool ReportedStalled { get; set; }
    public bool ReportedUnresponsive { get; set; }

    /// <summary>When the watch first saw the stop, as a timestamp; the watch's own.</summary>
    public long AskedTimestamp { get; set; }

    /// <summary>When the abort was given, as a timestamp; 0: not yet.</summary>
    public long AbortedTimestamp { get; private set; }

    public CancellationToken Stopping
    {
        get
        {
            lock (gate)
            {
                stopping ??= new();
                if (stop is not null && !stopping.IsCancellationRequested) stopping.Cancel();
                return stopping.Token;
            }
        }
    }

    /// <summary>Asks the attempt to leave: streams finish what is in flight, checkpoint, and leave.</summary>
    public void Ask(StopRequest request)
    {
        CancellationTokenSource? signal;
        lock (gate)
        {
            if (stop is not null && request.Cause != StopCause.LeaseLost) return;
            stop = request;
            signal = stopping;
        }
        signal?.Cancel();
        // A lost lease can save nothing: every further second is waste. A plain handler that awaits its token is told at once;
        // one with a stream in progress gets to finish the items in flight first (the watch aborts it after the grace).
        if (request.Cause == StopCause.LeaseLost || (request.Cause is StopCause.Cancel or StopCause.TimedOut && streams is not { InProgress: true })) GiveUp();
    }

    /// <summary>Cancels the abort token: give up now.</summary>
    public void GiveUp()
    {
        if (AbortedTimestamp == 0) AbortedTimestamp = Parts.Time.GetTimestamp();
        abort.Cancel();
    }

    /// <summary>
    /// True if a stop was asked, or if the lease can no longer be trusted. Doubt is final for this attempt: a beat that comes through after it
    /// must not let a stream that has already left pass for one that has ended.
    /// </summary>
    public bool MustLeave
    {
        get
        {
            // Whatever else was asked before: a drain in the dark ends as a lost lease.
            if (Stop is not { Cause: StopCause.LeaseLost } && !IsTrusted) Ask(new(StopCause.LeaseLost, "The worker's beats have not reached the store for too long; the job may be somebody else's by now."));
            return Stop is not null;
        }
    }

    /// <summary>Unwinds the handler if a stop was asked or the lease can no longer be trusted.</summary>
    public void ThrowIfStopped()
    {
        if (!MustLeave || Stop is not { } request) return;
        WasCut = true;
        throw new AttemptStoppedException(request);
    }

    /// <summary>What a save answered: obey it. Throws only for a lost lease.</summary>
    public void Obey(SaveReply reply)
    {
        if (reply.Verdict == SaveVerdict.LeaseLost)
        {
            Ask(new(StopCause.LeaseLost, $"Job {Job.Id} is no longer leased to this worker (fence {Lease.Fence})."));
            ThrowIfStopped();
        }
        if (reply.Ask is { } ask) Ask(StopRequest.From(ask));
    }

    /// <summary>A save is durable. As in the store, suspicion ends with progress, or an acquittal, that leaves no suspect item in any stream.</summary>
    public void Saved(bool progress, string stream = "", IReadOnlyList<string>? acquitted = null)
    {
        if (!suspect || (!progress && acquitted is not { Count: > 0 })) return;
        lock (gate)
        {
            foreach (var key in acquitted ?? []) suspectItems?.Remove((stream, key));
            if (suspectItems is not { Count: > 0 }) suspect = false;
        }
    }

    public void NoteProgress() => Interlocked.Exchange(ref lastProgress, Parts.Time.GetTimestamp());

    /// <summary>It waits on purpose for so long, from now.</summary>
    public void Rest(TimeSpan wait)
    {
        var until = Parts.Time.GetTimestamp() + (long)(wait.TotalSeconds * Parts.Time.TimestampFrequency);
        for (var known = Interlocked.Read(ref restsUntil); until > known;)
        {
            var seen = Interlocked.CompareExchange(ref restsUntil, until, known);
            if (seen == known) return;
            known = seen;
        }
    }

    public void SetResult<TResult>(TResult result)
    {
        Parts.DemandRoundTrip(typeof(TResult), () => $"The result of job {Job.Id}");
        Result = Parts.ToJson(result, Parts.Options.MaxPayloadBytes, $"The result of job {Job.Id}");
    }

    public void CommitOnSuccess(Func<DbTransaction, CancellationToken, Task> effects)
    {
        if (Effects is not null) throw new JobFaultException($"Job {Job.Id} calls CommitOnSuccess twice. Give all its writes in one call.");
        Effects = (transaction, token) => new(effects(transaction, token));
    }

    /// <summary>The job's saved steps and streams, read once, and only if it has any.</summary>
    public Task<JobMemory> RecallAsync()
    {
        lock (gate) return memory ??= Job.HasMemory || Job.Visit is not null ? ReadMemory() : Task.FromResult(JobMemory.Empty);
    }

    async Task<JobMemory> ReadMemory()
    {
        var read = await StoreCalls.PersistAsync(this, () => Parts.Store.RecallAsync(Job.Id, Job.Visit is null ? null : Job.Parent));
        if (suspect)
        {
            lock (gate) suspectItems = [.. read.Streams.SelectMany(stream => stream.Suspects.Select(item => (stream.Name, item.Key)))];
        }
        return read;
    }

    T Made<T>(ref T? field, T made) where T : class => Interlocked.CompareExchange(ref field, made, null) ?? made;
}
