using Tidemark.Cli.Runs;

namespace Tidemark.Cli.Commands.Queue;

/// <summary>Which queues a store knows: a pause of a name that is nobody's stops nothing, and whoever mistyped it would not learn of it.</summary>
internal static class QueueNames
{
    /// <summary>What to say of a queue that nobody knows; null: it is known, for it has or had jobs, is worked on, or was paused before.</summary>
    internal static async Task<string?> UnknownAsync(OperatorScene scene, string queue)
    {
        if (Names.Fault(queue, "queue name") is { } fault) throw new UsageException(fault);
        var known = (await scene.Store.ListQueuesAsync()).Select(reading => reading.Name)
            .Concat((await scene.Store.ListWorkersAsync()).SelectMany(worker => worker.Queues))
            .Append(RunNames.Queue).ToHashSet(StringComparer.Ordinal);
        if (known.Contains(queue) || (await scene.Store.ListJobsAsync(new() { Queue = queue, Limit = 1 })).Jobs.Length > 0) return null;
        return $"tidemark: there is no queue '{queue}' in this store; nothing changed. Queues that it knows: {string.Join(", ", known.Order(StringComparer.Ordinal))}.";
    }
}
