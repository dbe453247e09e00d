using Tidemark.Running;
using Tidemark.Seams;

namespace Tidemark.Leasing;

/// <summary>Reads what operators ask of running jobs at least once a beat: a handler without checkpoints hears of a cancel this way.</summary>
internal sealed class AskWatch(EngineParts parts, WorkerLease worker, RunningAttempts running)
{
    public async Task RunOnceAsync()
    {
        if (running.Count == 0) return;
        foreach (var ask in await parts.Store.ReadAsksAsync(worker.Id)) running.Ask(ask);
    }
}
