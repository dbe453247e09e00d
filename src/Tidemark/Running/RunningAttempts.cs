using Tidemark.Leasing;

namespace Tidemark.Running;

/// <summary>The attempts that run in this process, for whoever must reach one: asks, watches, the drain.</summary>
internal sealed class RunningAttempts
{
    readonly Lock gate = new();
    readonly Dictionary<JobId, Attempt> byJob = [];
    TaskCompletionSource? empty;

    public int Count
    {
        get
        {
            lock (gate) return byJob.Count;
        }
    }

    /// <summary>Called with every attempt that starts from now on; set once, by the drain.</summary>
    public Action<Attempt>? OnAdded { get; set; }

    public void Add(Attempt attempt)
    {
        lock (gate)
        {
            byJob[attempt.Job.Id] = attempt;
        }
        OnAdded?.Invoke(attempt);
    }

    public void Remove(Attempt attempt)
    {
        TaskCompletionSource? waiter = null;
        lock (gate)
        {
            // A superseded attempt of a job that this same worker has claimed again must not remove its successor.
            if (byJob.TryGetValue(attempt.Job.Id, out var known) && known == attempt) byJob.Remove(attempt.Job.Id);
            if (byJob.Count == 0) (waiter, empty) = (empty, null);
        }
        waiter?.TrySetResult();
    }

    /// <summary>The attempt that runs under this very lease, or null.</summary>
    public Attempt? Find(Lease lease)
    {
        lock (gate) return byJob.TryGetValue(lease.Job, out var attempt) && attempt.Lease == lease ? attempt : null;
    }

    public Attempt[] Snapshot()
    {
        lock (gate) return [.. byJob.Values];
    }

    public void Ask(Ask ask)
    {
        Attempt? attempt;
        lock (gate) byJob.TryGetValue(ask.Job, out attempt);
        attempt?.Ask(StopRequest.From(ask));
    }

    public void AskAll(StopRequest request)
    {
        foreach (var attempt in Snapshot()) attempt.Ask(request);
    }

    /// <summary>Completes when none runs.</summary>
    public Task WhenEmptyAsync()
    {
        lock (gate)
        {
            if (byJob.Count == 0) return Task.CompletedTask;
            empty ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return empty.Task;
        }
    }
}
