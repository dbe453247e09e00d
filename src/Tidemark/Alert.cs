namespace Tidemark;

/// <summary>Something that needs a person: it has begun, or is over.</summary>
/// <remarks>
/// Each worker process judges for itself by the store's facts, and raises each alert once when it sees it begin and once when it sees it over: with four
/// workers a receiver hears of one thing four times. <see cref="Id"/> is the same from each of them, and <see cref="Since"/> too where the store knows it.
/// A process that ends says of nothing that it is over, and one that starts raises again what has not ended.
/// </remarks>
public sealed record Alert
{
    /// <summary>A word for programs, the same in every release: <c>schedule.overdue</c>, <c>schedule.paused</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What it is about: the name of the schedule.</summary>
    public required string Subject { get; init; }

    /// <summary>False: it has begun. True: it is over.</summary>
    public required bool IsOver { get; init; }

    /// <summary>Since when it is so, by the store's clock where the store knows it; else when this process first saw it.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>What is wrong, or was, as one sentence with the values at hand.</summary>
    public required string Message { get; init; }

    /// <summary>What mends it.</summary>
    public required string Remedy { get; init; }

    /// <summary>Who raises it: <see cref="TidemarkOptions.WorkerName"/>.</summary>
    public required string Worker { get; init; }

    /// <summary>Kind and subject, by which a receiver knows that two processes speak of one thing: <c>schedule.overdue/purge-daily</c>.</summary>
    public string Id => $"{Kind}/{Subject}";
}
