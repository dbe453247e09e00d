using Tidemark.Leasing;
using Tidemark.Seams;
using Tidemark.Settling;

namespace Tidemark.Running;

/// <summary>Writes what running jobs log while they run: an operator need not wait for the end of an eight-hour attempt to read it.</summary>
internal sealed class RunningLogs(EngineParts parts, RunningAttempts running)
{
    public async Task RunOnceAsync()
    {
        List<(Attempt Attempt, LogNews News)> taken = [];
        foreach (var attempt in running.Snapshot())
        {
            if (attempt.Log.Take() is { Count: > 0 } lines) taken.Add((attempt, new() { Lease = attempt.Lease, Lines = lines }));
        }
        if (taken.Count == 0) return;
        try
        {
            // A refused one needs no answer here: whoever holds the job now tells his own story, and the attempt hears of it at its next save.
            await parts.Store.SaveLogAsync(taken.ConvertAll(one => one.News));
        }
        catch (StoreException fault) when (!fault.OutcomeUnknown)
        {
            foreach (var (attempt, news) in taken) attempt.Log.GiveBack(news.Lines);
            throw;
        }
    }
}

/// <summary>New lines of one running job.</summary>
internal sealed record LogNews
{
    public required Lease Lease { get; init; }
    public required IReadOnlyList<LogLine> Lines { get; init; }
}
