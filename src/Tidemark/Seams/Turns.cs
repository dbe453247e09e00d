namespace Tidemark.Seams;

/// <summary>
/// Who of a fleet looks, where it is enough that somebody does: in each interval a few, in turn. A hundred workers that look once a second each cost a server a hundred looks, and learn no sooner what four
/// of them would have told.
/// </summary>
/// <remarks>
/// Each goes by his own clock, and by what he has heard of the fleet last. Where these differ more look or fewer, never nobody for long: without news a worker looks as if it were alone.
/// </remarks>
internal sealed class Turns(TimeProvider time)
{
    /// <summary>So many look in an interval: one may have died a moment ago, or be too busy.</summary>
    const int AtATime = 4;

    /// <summary>News older than this is asked for again.</summary>
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    /// <summary>News older than this is no news.</summary>
    static readonly TimeSpan Believed = TimeSpan.FromSeconds(15);

    News? last;

    /// <summary>The fleet should be looked at, whosever turn it is.</summary>
    public bool WantsNews => Age >= Fresh;

    TimeSpan Age => Volatile.Read(ref last) is { } news ? time.GetElapsedTime(news.At) : TimeSpan.MaxValue;

    /// <summary>What is known of the fleet is from after that instant.</summary>
    /// <param name="timestamp">Of the same clock.</param>
    public bool HasNewsSince(long timestamp) => Volatile.Read(ref last) is { } news && news.At > timestamp;

    public void Hear(Fleet fleet) => Volatile.Write(ref last, new(fleet, time.GetTimestamp()));

    /// <summary>True once in as many intervals as it takes until everybody has had a turn.</summary>
    /// <param name="interval">Greater than zero.</param>
    /// <param name="among">Those who share the work.</param>
    public bool IsMine(TimeSpan interval, Func<Fleet, Standing> among)
    {
        if (Age >= Believed) return true;
        var standing = among(Volatile.Read(ref last)!.Fleet);
        var rounds = standing.Of / AtATime;
        return rounds <= 1 || time.GetUtcNow().UtcTicks / interval.Ticks % rounds == standing.Place % rounds;
    }

    sealed record News(Fleet Fleet, long At);
}

/// <summary>A worker's place among the living.</summary>
/// <param name="All">Among all of them.</param>
/// <param name="Waiting">Among those that wait for the same work as it does.</param>
internal readonly record struct Fleet(Standing All, Standing Waiting);

/// <param name="Of">How many there are, the worker itself included.</param>
/// <param name="Place">How many come before it.</param>
internal readonly record struct Standing(int Of, int Place);
