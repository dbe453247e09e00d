namespace Tidemark;

/// <summary>The registered name of a job together with the type of its arguments.</summary>
/// <typeparam name="TArgs">The arguments, serialised as JSON. They must survive a round trip.</typeparam>
/// <remarks>The name is data: it is stored with each job and must never change while jobs of it exist. It is not a type or method name.</remarks>
public sealed record JobKey<TArgs>
{
    /// <summary>Names a job.</summary>
    /// <param name="name">1 to 100 characters: letters, digits, and <c>. _ - : /</c>.</param>
    /// <exception cref="ArgumentException">The name is empty, too long, or has another character.</exception>
    public JobKey(string name) => Name = Names.Validate(name, "job name");

    /// <summary>The registered name.</summary>
    public string Name { get; }

    /// <summary>
    /// How many of these jobs may run at once; null: as many as there are slots. It belongs to the key, so that whoever enqueues knows it, with the
    /// handler or without. <see cref="EnqueueOptions.Limit"/> replaces it for one job.
    /// </summary>
    /// <example><code>new JobKey&lt;SyncArgs&gt;("sync") { Limit = args => new($"customer-{args.Customer}", atMost: 1) }</code></example>
    public Func<TArgs, ConcurrencyLimit?>? Limit { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
