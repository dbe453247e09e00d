using System.Collections.Frozen;
using Tidemark.Lifecycle;

namespace Tidemark.Seams;

/// <summary>What this process can run, by name. Built once at start, then only read.</summary>
internal sealed class JobCatalog(IEnumerable<JobDefinition> definitions)
{
    readonly FrozenDictionary<string, JobDefinition> byName = definitions.ToFrozenDictionary(definition => definition.Name, StringComparer.Ordinal);

    public JobDefinition? Find(string name) => byName.GetValueOrDefault(name);

    public string[] Names => [.. byName.Keys.Order(StringComparer.Ordinal)];

    public IEnumerable<JobDefinition> All => byName.Values;
}

/// <summary>One registered job: its handler and everything declared of it.</summary>
internal sealed class JobDefinition
{
    public required string Name { get; init; }
    public required string Queue { get; init; }
    public required RetryPolicy Retry { get; init; }
    public required FaultPolicy Faults { get; init; }
    public required FrozenDictionary<string, StreamOptions> Streams { get; init; }
    public required JobInvoker Invoker { get; init; }

    /// <summary>The whole attempt; null for no limit.</summary>
    public required TimeSpan? TimeLimit { get; init; }

    /// <summary>Its streams' memory outlives its success, for a later job to inherit.</summary>
    public bool KeepsMemory { get; init; }

    /// <summary>Without progress; null: only reported as stalled.</summary>
    public required TimeSpan? NoProgressLimit { get; init; }
}

/// <summary>Decodes the arguments and calls the handler: the one place where the registered types are known.</summary>
internal abstract class JobInvoker
{
    public abstract Type ArgumentsType { get; }

    /// <summary>Null if the handler can be made from the services; else what is missing.</summary>
    public abstract ValueTask<string?> FaultAsync(IServiceProvider services);

    public abstract object? Decode(EngineParts parts, byte[] arguments);

    public abstract Task InvokeAsync(object? arguments, JobContext context, IServiceProvider? services, CancellationToken abort);
}
