using Microsoft.Extensions.Logging;
using Tidemark.Leasing;
using Tidemark.Running;
using Tidemark.Seams;
using Tidemark.Settling;

namespace Tidemark.Upkeep;

/// <summary>Takes the jobs of dead workers and gives them back to the living, with a line in the ledger for each.</summary>
internal sealed class Rescue(EngineParts parts, WorkerLease worker)
{
    const int JobsACall = 500;

    // Of each stream its own: an item that its stream never sets aside would crash for ever at nobody's charge by the budget of another.
    readonly Dictionary<(string, string), int> budgets = parts.Catalog.All
        .SelectMany(job => job.Streams, (job, stream) => (Key: (job.Name, stream.Key), Budget: stream.Value.QuarantineAfterCrashes))
        .Where(stream => stream.Budget > 0).ToDictionary(stream => stream.Key, stream => stream.Budget);
    readonly ILogger logger = parts.Loggers.CreateLogger("Tidemark.Upkeep");

    public async Task RunOnceAsync()
    {
        if (!worker.IsTrusted) return;
        RescueReply reply;
        var looksAround = parts.Turns.WantsNews || parts.Turns.IsMine(parts.Options.RescueInterval, fleet => fleet.All);
        do
        {
            reply = await parts.Store.RescueAsync(new()
            {
                By = worker.Id,
                CrashBudget = parts.Options.CrashBudget,
                ItemCrashBudgets = budgets,
                Limit = JobsACall,
                LooksAround = looksAround,
            });
            if (reply.Fleet is { } fleet) parts.Turns.Hear(fleet);
            foreach (var job in reply.Jobs) Report(job);
        }
        while (reply.More);
    }

    void Report(RescuedJob job)
    {
        var cost = job.Interruption switch
        {
            null => "nothing was started",
            { CostItems: < 0 } => "cost at most the bound",
            { Exact: true } what => $"cost {what.CostItems} items, {what.CostMs} ms",
            var what => $"cost at most {what.CostItems} items",
        };
        logger.LogWarning("Job {Job} ({Name}) was taken from a dead worker and is {State} now: {Cost}.", job.Id, job.Name, job.Next, cost);
    }
}
