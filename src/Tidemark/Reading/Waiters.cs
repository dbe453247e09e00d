using Tidemark.Running;
using Tidemark.Seams;

namespace Tidemark.Reading;

/// <summary>Waits for jobs to end: told at once by this process's own settler, by polling of every other process's.</summary>
internal sealed class Waiters(EngineParts parts)
{
    static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(250);

    readonly Lock gate = new();
    readonly Dictionary<JobId, List<Wake>> waiting = [];

    /// <summary>A job has reached a resting state in this process.</summary>
    public void Ended(JobId id)
    {
        lock (gate)
        {
            if (waiting.Count == 0 || !waiting.TryGetValue(id, out var wakes)) return;
            foreach (var wake in wakes) wake.Set();
        }
    }

    public async Task<JobResult> WaitAsync(JobId id, CancellationToken cancellationToken)
    {
        using var wake = new Wake(parts.Time);
        await using var cancelled = cancellationToken.UnsafeRegister(static state => ((Wake)state!).Set(), wake);
        lock (gate)
        {
            if (!waiting.TryGetValue(id, out var wakes)) waiting[id] = wakes = [];
            wakes.Add(wake);
        }
        try
        {
            var poll = FirstPoll;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var verdict = await parts.Store.GetVerdictAsync(id)
                    ?? throw new KeyNotFoundException($"There is no job {id} in this store. It may have been dropped after its retention ({parts.Options.Retention}).");
                if (verdict.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled)
                    return new(id, verdict.State, verdict.Result, verdict.Error, parts.Json);
                await wake.WaitAsync(poll);
                poll = poll * 2 < LongestPoll ? poll * 2 : LongestPoll;
            }
        }
        finally
        {
            lock (gate)
            {
                waiting[id].Remove(wake);
                if (waiting[id].Count == 0) waiting.Remove(id);
            }
        }
    }
}
