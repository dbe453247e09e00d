using Tidemark.Seams;

namespace Tidemark.Upkeep;

/// <summary>Where a worker says that something needs a person: each alert goes to each sink, by a line of its own.</summary>
internal sealed class AlertBoard(EngineParts parts) : IDisposable
{
    readonly AlertLine[] lines = [.. parts.AlertSinks.Select(sink => new AlertLine(sink, parts))];

    /// <summary>Starts the lines; ends when each has ended.</summary>
    public Task RunAsync() => Task.WhenAll(lines.Select(line => line.RunAsync()));

    /// <summary>Never waits and never throws. Whoever raises sees to it that it is once.</summary>
    public void Raise(Alert alert)
    {
        foreach (var line in lines) line.Add(alert);
    }

    public void Stop()
    {
        foreach (var line in lines) line.Stop();
    }

    public void Dispose()
    {
        foreach (var line in lines) line.Dispose();
    }
}
