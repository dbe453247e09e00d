namespace Tidemark.Tests.Simulation;

/// <summary>A job of the simulation: what its handler does, what it may do wrong, and what must hold when it has succeeded.</summary>
internal abstract class Script(int index)
{
    public int Index => index;
    public string Name => $"job-{index}";
    public RetryPolicy Retry { get; init; } = new() { BaseDelay = TimeSpan.FromMilliseconds(200), Ceiling = TimeSpan.FromSeconds(2), MaxRetries = 20 };

    /// <summary>It never succeeds: people give it up when it has failed.</summary>
    public virtual bool IsHopeless => false;

    /// <summary>Its streams as registered.</summary>
    public virtual Dictionary<string, StreamOptions> Streams => [];

    /// <summary>The most that all of it may take without any fault of the world: handler time, backoffs, parks.</summary>
    public abstract TimeSpan Work { get; }

    public override string ToString() => $"{Name} {GetType().Name}";

    public abstract Task RunAsync(Stage stage);

    /// <summary>Called once it has succeeded: what is wrong, or null.</summary>
    public abstract string? FaultAtEnd(JobId job, Ending ending);
}

/// <summary>What a script may look at to judge its end.</summary>
internal sealed record Ending(SideLog Log, History History, Func<JobId, Reading.JobDetails> Details, Func<JobId, HashSet<string>> QuarantinedKeys);
