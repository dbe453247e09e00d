using Microsoft.Extensions.Logging;
using Tidemark.Seams;

namespace Tidemark.Running;

/// <summary>Looks at every running attempt: who has stalled, who is over a limit that was asked for, who ignores its abort.</summary>
internal sealed class Watch(EngineParts parts, RunningAttempts running)
{
    readonly ILogger logger = parts.Loggers.CreateLogger("Tidemark.Running");

    public Task RunOnceAsync()
    {
        foreach (var attempt in running.Snapshot()) Look(attempt);
        return Task.CompletedTask;
    }

    void Look(Attempt attempt)
    {
        var time = parts.Time;
        var job = attempt.Job;
        var still = attempt.Silence;
        if (still >= parts.Options.StalledAfter && !attempt.ReportedStalled)
        {
            attempt.ReportedStalled = true;
            logger.LogError("Job {Job} ({Name}) is stalled: no item, step or reported progress for {Still}. It keeps running; cancel it, or call ReportProgress if this is normal.", job.Id, job.Name, still);
        }
        else if (still < parts.Options.StalledAfter) attempt.ReportedStalled = false;

        // A handler without streams asks for nothing: it is told here that its lease can no longer be trusted. At the second look, for after a pause of the whole
        // process this one may come before the beat that would have shown that all is well.
        if (attempt.IsTrusted) attempt.WasDoubted = false;
        else if (attempt.WasDoubted) _ = attempt.MustLeave;
        else attempt.WasDoubted = true;

        if (attempt.Definition.TimeLimit is { } limit && time.GetElapsedTime(attempt.StartedTimestamp) > limit)
            attempt.Ask(new(StopCause.TimedOut, $"The attempt took longer than the job's limit of {limit}."));
        if (attempt.Definition.NoProgressLimit is { } silence && still > silence)
            attempt.Ask(new(StopCause.TimedOut, $"No progress for {still}; the job's limit is {silence}."));

        // A stop that waits for items in flight waits only so long.
        if (attempt.Stop is { Cause: StopCause.Cancel or StopCause.TimedOut or StopCause.Returned } && attempt.Control.AbortedTimestamp == 0)
        {
            attempt.Control.AskedTimestamp = attempt.Control.AskedTimestamp == 0 ? time.GetTimestamp() : attempt.Control.AskedTimestamp;
            if (time.GetElapsedTime(attempt.Control.AskedTimestamp) > parts.Options.AbortGrace) attempt.Control.GiveUp();
        }
        if (attempt.Control.AbortedTimestamp != 0 && !attempt.ReportedUnresponsive && time.GetElapsedTime(attempt.Control.AbortedTimestamp) > parts.Options.AbortGrace)
        {
            attempt.ReportedUnresponsive = true;
            logger.LogError("Job {Job} ({Name}) ignores its abort since {Since}: its slot is written off until the handler returns. Only ending this process stops it.", job.Id, job.Name, time.GetElapsedTime(attempt.Control.AbortedTimestamp));
        }
    }
}
