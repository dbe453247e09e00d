using Tidemark.Reading;
using Tidemark.Scheduling;

namespace Tidemark.Tests.Simulation;

/// <summary>Each instant of a schedule's rule has one job, or was let go and counted, by a policy that lets go.</summary>
internal static class Occurrences
{
    /// <summary>What is wrong, or null.</summary>
    public static string? FaultOf(TickScript script, ScheduleReading? kept, OccurrenceReading[] occurrences, JobReading[] jobs)
    {
        if (kept is null) return "it was never declared";
        var state = ScheduleEntry.Of(kept).State;
        var instants = new List<DateTimeOffset>();
        for (var at = state.Anchor.AddSeconds(script.Seconds); at <= script.Until; at = at.AddSeconds(script.Seconds)) instants.Add(at);
        var had = occurrences.Select(one => one.At).Order().ToList();
        if (had.Except(instants).ToList() is [var invented, ..]) return $"{invented:T} is no instant of it";
        if (had.Count + state.Missed + state.Skipped != instants.Count) return $"of {instants.Count} instants {had.Count} had a job, {state.Missed} were missed and {state.Skipped} skipped: one has no job and is not counted, or is counted twice";
        if (state.Missed > 0 && script.Misfire == Misfire.RunAll) return $"{state.Missed} were missed, and all were to be run";
        if (state.Skipped > 0 && script.Overlap == Overlap.Allow) return $"{state.Skipped} were skipped, and all may overlap";
        var named = jobs.Where(job => job.Name == script.Name).Select(job => (Occurrence.Of(job.Tags)!.At, job.Id)).Order().ToList();
        if (!named.SequenceEqual(occurrences.Select(one => (one.At, one.Job)).Order())) return $"its jobs are not those of its occurrences: {string.Join(", ", named)} against {string.Join(", ", occurrences.Select(one => (one.At, one.Job)))}";
        return occurrences.FirstOrDefault(one => !script.Ran(one.At, one.Job)) is { } never ? $"its occurrence at {never.At:T} has job {never.Job}, which no handler has run" : null;
    }
}
