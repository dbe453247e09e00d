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

    /// <inheritdoc/>
    public override string ToString() => Name;
}
