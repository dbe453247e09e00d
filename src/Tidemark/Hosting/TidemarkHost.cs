using Tidemark.Locking;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Scheduling;
using Tidemark.Seams;
using Tidemark.Settling;

namespace Tidemark.Hosting;

/// <summary>Owns the store's opening, the lanes and the engine of one process; shared by the hosted service and the client.</summary>
internal sealed class TidemarkHost(EngineParts parts, Waiters waiters, Action? disposeLanes) : IAsyncDisposable
{
    readonly Lock gate = new();
    Task? opening;
    Engine? engine;
    JobClient? client;
    LockClient? locks;

    public EngineParts Parts => parts;

    /// <summary>Why this process's worker starts nothing at present; null: it works, or there is none.</summary>
    public string? Trouble => engine?.Trouble;

    public IJobClient Client => client ??= new JobClient(parts, waiters, this);

    public ITidemarkLocks LockClient => locks ??= new LockClient(parts, this);

    /// <summary>Keeps the locks of this process's worker; null: there is none.</summary>
    public LockKeeper? Locks => engine?.Locks;

    /// <summary>Opens the store once; every caller waits for the same opening. A failed one is tried again by the next caller.</summary>
    public Task OpenAsync()
    {
        if (opening is { IsCompletedSuccessfully: true } done) return done;
        lock (gate)
        {
            if (opening is null or { IsFaulted: true }) opening = parts.Store.OpenAsync().AsTask();
            return opening;
        }
    }

    public async Task StartAsync()
    {
        await OpenAsync();
        await new Declarer(parts).RunAsync();
        if (parts.Catalog.Names.Length == 0 && !parts.Options.KeepsLocks) return; // a client only: nothing to run
        engine = new(parts) { Settled = Ended };
        await engine.StartAsync();
    }

    public async Task<bool> DrainAsync(CancellationToken hurry) => engine is null || await engine.DrainAsync(hurry);

    public void Hint() => engine?.Hint();

    public async ValueTask DisposeAsync()
    {
        if (engine is not null) await engine.DisposeAsync();
        await parts.Store.DisposeAsync();
        disposeLanes?.Invoke();
    }

    void Ended(Settlement settlement)
    {
        if (settlement.Next is JobState.Succeeded or JobState.Failed or JobState.Cancelled) waiters.Ended(settlement.Job.Id);
    }
}
