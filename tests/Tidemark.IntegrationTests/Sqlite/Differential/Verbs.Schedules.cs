using Tidemark.Scheduling;
using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.Sqlite.Differential;

/// <summary>Schedules: rows that are changed by compare and set, with their occurrences.</summary>
internal static partial class Verbs
{
    static readonly string[] Schedules = ["daily", "hourly", "weekly"];
    static readonly string[] Owners = ["app", "other"];

    static async Task<object?> ChangeScheduleAsync(Bench bench, Step step)
    {
        var changes = new List<ScheduleChange>();
        foreach (var name in Schedules.Skip(step.A % 3).Take(1 + (step.B % 2))) changes.Add(await ChangeAsync(bench, step, name));
        var replies = await bench.Store.ChangeSchedulesAsync(changes);
        bench.Jobs.AddRange(replies.SelectMany(reply => reply.Jobs).OfType<JobId>());
        return replies;
    }

    static async Task<ScheduleChange> ChangeAsync(Bench bench, Step step, string name)
    {
        var version = (await bench.Store.GetScheduleAsync(name))?.Schedule.Version ?? 0;
        return new()
        {
            Expected = step.C % 6 == 0 ? version + 1 : version, // now and then somebody was first
            Row = new()
            {
                Name = name,
                Owner = Owners[step.C % 2],
                Terms = $"{{\"rule\":{step.A}}}",
                Arguments = Given.Json($"{step.B}"),
                State = $"{{\"fired\":{step.C}}}",
                WakeAt = step.B % 4 == 0 ? null : Noon.AddHours(step.C % 20),
                Rest = (ScheduleRest)(step.B % 4),
                Fault = step.A % 5 == 0 ? "no zone" : null,
                DecidedUntil = step.A % 4 == 0 ? null : Noon.AddHours(step.B % 30),
            },
            Jobs = [.. Enumerable.Range(0, step.C % 3).Select(more => new ScheduledJob(Noon.AddHours((step.A + more) % 12), (OccurrenceKind)(step.B % 3), Given.Job with { Name = Names[step.B % 2], Queue = Queues[step.C % 2] }))],
            Audit = step.A % 3 == 0 ? new("ada", "Pause", step.B % 2 == 0 ? "holidays" : null) : null,
            ForgetBefore = step.B % 7 == 0 ? Noon.AddHours(step.A % 6) : null,
        };
    }

    static async Task<object?> ListSchedulesAsync(Bench bench, Step step) => await bench.Store.ListSchedulesAsync(new()
    {
        After = step.A % 3 == 0 ? Schedules[step.B % 3] : null,
        Owner = step.B % 3 == 0 ? Owners[step.C % 2] : null,
        Names = step.C % 4 == 0 ? [Schedules[step.A % 3], "nobody's"] : null,
        TroubledBefore = step.A % 2 == 0 ? Noon.AddHours(step.C % 12) : null,
        DecidedBeyond = step.B % 2 == 0 ? Noon.AddHours(step.A % 24) : null,
        Limit = 1 + (step.C % 3),
    });

    static async Task<object?> OccurrencesAsync(Bench bench, Step step) => await bench.Store.ListOccurrencesAsync(new()
    {
        Schedule = Schedules[step.A % 3],
        From = step.B % 2 == 0 ? Noon.AddHours(step.C % 8) : null,
        To = step.B % 3 == 0 ? Noon.AddHours(step.C % 12) : null,
        Limit = 1 + (step.C % 4),
    });
}
