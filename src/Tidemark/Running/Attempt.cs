using System.Data.Common;
using Tidemark.Leasing;
using Tidemark.Seams;
using Tidemark.Settling;

namespace Tidemark.Running;

/// <summary>One try at running a job, from claim to outcome: what its steps and streams share, and what may be asked of it from outside.</summary>
internal sealed class Attempt
{
    readonly Lock gate = new();
    readonly StopControl control;
    long lastProgress;                 // a timestamp; written by whoever makes progress, read by the watch
    long restsUntil;                   // a timestamp; a backoff is no silence
    Task<JobMemory>? memory;
    HashSet<(string Stream, string Key)>? suspectItems; // in flight at a crash; under the gate
    volatile bool suspect;
    AttemptSteps? steps;
    AttemptStreams? streams;
    AttemptCursors? cursors;
    volatile bool hasReturned;

    public Attempt(ClaimedJob job, JobDefinition definition, WorkerLease worker, EngineParts parts)
    {
        Job = job;
        Definition = definition;
        Worker = worker;
        Parts = parts;
        Lease = job.Lease;
        suspect = job.IsSuspect;
        control = new(this);
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
    public StopControl Control => control;
    public CancellationToken Abort => control.Abort;
    public CancellationToken Stopping => control.Stopping;
    public StopRequest? Stop => control.Stop;

    /// <inheritdoc cref="StopControl.MustLeave"/>
    public bool MustLeave => control.MustLeave;

    public AttemptSteps Steps => steps ?? Made(ref steps, new(this));
    public AttemptStreams Streams => streams ?? Made(ref streams, new(this));
    public AttemptCursors Cursors => cursors ?? Made(ref cursors, new(this));

    /// <summary>It was running at a crash and has not shown since that it can: see <see cref="Saved"/>.</summary>
    public bool IsSuspect => suspect;
    public bool HasReturned => hasReturned;
    public bool HasStreams => streams is not null;
    public bool HasStreamInProgress => streams is { InProgress: true };
    public byte[]? Result { get; private set; }
    public Func<DbTransaction, CancellationToken, ValueTask>? Effects { get; private set; }
    public bool IsTrusted => Worker.Trusts(Job.Worker);

    /// <summary>How long it has shown no progress, backoff excluded.</summary>
    public TimeSpan Silence
    {
        get
        {
            var elapsed = Parts.Time.GetElapsedTime(Math.Max(Interlocked.Read(ref lastProgress), Interlocked.Read(ref restsUntil)));
            return elapsed > TimeSpan.Zero ? elapsed : TimeSpan.Zero;
        }
    }

    /// <summary>Set by the watch, once: reported as stalled or unresponsive.</summary>
    public bool ReportedStalled { get; set; }
    public bool ReportedUnresponsive { get; set; }

    /// <summary>Set by the watch: at its last look the lease could not be trusted.</summary>
    public bool WasDoubted { get; set; }

    /// <summary>Asks the attempt to leave: streams finish what is in flight, checkpoint, and leave.</summary>
    public void Ask(StopRequest request) => control.Ask(request);

    /// <inheritdoc cref="StopControl.ThrowIfStopped"/>
    public void ThrowIfStopped() => control.ThrowIfStopped();

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

    /// <summary>The handler has returned. A stream that it did not await is asked to leave, and waited for; answers that stream's name, if there is one.</summary>
    public ValueTask<string?> ReturnedAsync()
    {
        hasReturned = true;
        Interlocked.MemoryBarrier(); // whoever makes its streams from here on sees it when one is run; who did before is seen here
        return streams is { } open ? new(open.CloseAsync()) : default;
    }

    /// <summary>The job's saved steps and streams, read once, and only if it has any.</summary>
    public Task<JobMemory> RecallAsync()
    {
        lock (gate) return memory ??= Job.HasMemory || Job.Visit is not null ? ReadMemory() : Task.FromResult(JobMemory.Empty);
    }

    async Task<JobMemory> ReadMemory()
    {
        var read = await StoreCalls.PersistAsync(this, () => Parts.Store.RecallAsync(Job.Id, Job.Visit is null ? null : Job.Parent));
        ThrowIfStopped(); // asked while the lease was ours, answered when another may have ended the job: what is remembered has gone by then
        if (Job is { Visit: not null, Parent: { } parent }) read = read with { Streams = [.. read.Streams, .. await CursorsOfAsync(parent, read)] };
        if (suspect)
        {
            lock (gate) suspectItems = [.. read.Streams.SelectMany(stream => stream.Suspects.Select(item => (stream.Name, item.Key)))];
        }
        return read;
    }

    // A visit is for one stream: a loop that its parent has walked with a cursor of its own begins where the parent's stands. It saves to a row of
    // the visit's.
    async Task<IEnumerable<StreamMemory>> CursorsOfAsync(JobId parent, JobMemory own)
    {
        var theirs = await StoreCalls.PersistAsync(this, () => Parts.Store.RecallAsync(parent, null));
        return theirs.Streams.Where(stream => !Definition.Streams.ContainsKey(stream.Name) && !Array.Exists(own.Streams, known => known.Name == stream.Name))
            .Select(stream => stream with { Number = 0, Counters = default, Suspects = [] });
    }

    T Made<T>(ref T? field, T made) where T : class => Interlocked.CompareExchange(ref field, made, null) ?? made;
}
