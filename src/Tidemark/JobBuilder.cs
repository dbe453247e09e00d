using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Tidemark.Hosting;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Seams;

namespace Tidemark;

/// <summary>Declares one job: its handler, its policies, its streams.</summary>
/// <typeparam name="TArgs">Its arguments.</typeparam>
public sealed class JobBuilder<TArgs> : IJobDeclaration
{
    readonly JobKey<TArgs> key;
    readonly Dictionary<string, StreamOptions> streams = new(StringComparer.Ordinal);
    readonly List<FaultRule> rules = [];
    readonly List<string> faults = [];
    JobInvoker? invoker;
    RetryPolicy retry = RetryPolicy.Default;
    string queue = "default";
    TimeSpan? timeLimit, noProgressLimit;

    internal JobBuilder(JobKey<TArgs> key) => this.key = key;

    string IJobDeclaration.Name => key.Name;

    /// <summary>The class that runs it; made in a scope of its own for each attempt, with constructor injection.</summary>
    /// <typeparam name="THandler">The handler.</typeparam>
    public JobBuilder<TArgs> HandledBy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>() where THandler : class, IJob<TArgs> =>
        Handled(new ClassInvoker<TArgs, THandler>());

    /// <summary>
    /// A delegate that runs it. Its parameters may be the arguments, <see cref="JobContext"/>, <see cref="CancellationToken"/> and services; it may
    /// return nothing, a task, or a task with the job's result.
    /// </summary>
    /// <param name="handler">The handler.</param>
    public JobBuilder<TArgs> HandledBy(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Handled(new DelegateInvoker<TArgs>(handler));
    }

    /// <summary>The queue that its jobs go to unless the enqueue says otherwise. Default "default".</summary>
    /// <param name="name">Named like a job.</param>
    public JobBuilder<TArgs> Queue(string name)
    {
        queue = Names.Validate(name, "queue name");
        return this;
    }

    /// <summary>How a failed attempt is tried again.</summary>
    /// <param name="policy">The policy.</param>
    public JobBuilder<TArgs> Retry(RetryPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        retry = policy;
        return this;
    }

    /// <summary>Declares a stream: its bound is known before any run.</summary>
    /// <param name="name">Named like a job, but without '/': it is a part of its items' idempotency keys.</param>
    /// <param name="configure">Its options.</param>
    public JobBuilder<TArgs> Stream(string name, Action<StreamOptions>? configure = null)
    {
        Names.ValidatePart(name, "stream name");
        var options = new StreamOptions();
        configure?.Invoke(options);
        if (!streams.TryAdd(name, options)) faults.Add($"Job '{key.Name}' declares the stream '{name}' twice. Declare it once.");
        return this;
    }

    /// <summary>What an exception of this type means, for items, steps, sources and the job. The first rule that answers counts.</summary>
    /// <typeparam name="TException">The exception, or one derived from it.</typeparam>
    /// <param name="decide">The decision; null: ask the next rule.</param>
    public JobBuilder<TArgs> OnException<TException>(Func<TException, FaultDecision?> decide) where TException : Exception
    {
        ArgumentNullException.ThrowIfNull(decide);
        rules.Add(new(typeof(TException), error => error is TException match ? decide(match) : null));
        return this;
    }

    /// <summary>Cancels an attempt that takes longer, as a failure. Opt-in: an honest eight-hour job is our very user.</summary>
    /// <param name="limit">More than 0, at most 365 days.</param>
    public JobBuilder<TArgs> TimeLimit(TimeSpan limit)
    {
        timeLimit = limit;
        return this;
    }

    /// <summary>Cancels an attempt that shows no progress for so long, as a failure. Opt-in.</summary>
    /// <param name="limit">More than 0, at most 365 days.</param>
    public JobBuilder<TArgs> NoProgressLimit(TimeSpan limit)
    {
        noProgressLimit = limit;
        return this;
    }

    internal bool KeepsMemory { get; set; }

    async IAsyncEnumerable<string> IJobDeclaration.FaultsAsync(IServiceProvider services, EngineParts parts)
    {
        foreach (var fault in faults) yield return fault;
        if (invoker is null) yield return $"Job '{key.Name}' has no handler. Add .HandledBy<…>() or .HandledBy(delegate).";
        else if (await invoker.FaultAsync(services) is { } missing) yield return $"Job '{key.Name}': {missing}";
        foreach (var fault in Setting.Faults($"Job '{key.Name}': ",
            new("TimeLimit", timeLimit, Setting.MoreThanZero, TimeSpan.FromDays(365)),
            new("NoProgressLimit", noProgressLimit, Setting.MoreThanZero, TimeSpan.FromDays(365))))
            yield return fault;
        foreach (var fault in retry.Faults($"Job '{key.Name}', Retry")) yield return fault;
        foreach (var (name, options) in streams)
        {
            foreach (var fault in options.Faults($"Job '{key.Name}', stream '{name}'")) yield return fault;
        }
        if (parts.RoundTripFault(typeof(TArgs)) is { } json) yield return $"Job '{key.Name}': the arguments' type {RoundTrip.NameOf(typeof(TArgs))} {json}";
    }

    JobDefinition IJobDeclaration.Define() => new()
    {
        Name = key.Name,
        Queue = queue,
        Retry = retry,
        Faults = new(rules),
        Streams = streams.ToFrozenDictionary(StringComparer.Ordinal),
        Invoker = invoker ?? new MissingInvoker(key.Name),
        TimeLimit = timeLimit,
        NoProgressLimit = noProgressLimit,
        KeepsMemory = KeepsMemory,
    };

    JobBuilder<TArgs> Handled(JobInvoker made)
    {
        if (invoker is not null) faults.Add($"Job '{key.Name}' has two handlers. Register one.");
        invoker = made;
        return this;
    }
}
