using System.CommandLine;
using Tidemark.Cli.Reports;
using Tidemark.Reading;
using Tidemark.Scheduling;
using Tidemark.Storage;

namespace Tidemark.Cli.Commands;

/// <summary><c>tidemark doctor [ID]</c>: is the store well, who works on it, and why does a job not run.</summary>
internal static class Doctor
{
    static readonly Argument<long?> Id = new("ID")
    {
        Description = "Why this job is not running; left out: how the store is",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = Values.IdOrNone,
    };

    static readonly Field<Diagnosis>[] Findings =
        [new("finding", "FINDING", it => it.Finding), new("why", "WHY", it => it.Why), new("remedy", "REMEDY", it => it.Remedy)];

    static readonly Field<WorkerReading>[] Workers =
    [
        new("worker", "WORKER", it => it.Name),
        new("host", null, it => it.Host),
        new("pid", "PID", it => it.ProcessId),
        new("alive", "ALIVE", it => it.Alive),
        new("draining", "DRAINING", it => it.Draining),
        new("running", "RUNNING", it => it.Running),
        new("started_at", "SINCE", it => it.StartedAt),
        new("job_names", "JOBS", it => it.JobNames),
    ];

    internal static Command Create() => new Command("doctor", "Says what keeps a job from running, or how the store is") { Id }.Acting(async scene =>
    {
        var (store, report) = (scene.Store, scene.Report);
        var condition = await StoreCondition.ExamineAsync(store);
        var workers = await store.ListWorkersAsync();
        var queues = await store.ListQueuesAsync();
        if (scene.Parsed.GetValue(Id) is { } id)
        {
            if (await store.GetJobAsync(new JobId(id)) is not { } job) return scene.NotFound($"job {id}");
            Tell(report, [.. Diagnosis.Of(job, condition.Reading, workers, queues)]);
            return ExitCode.Done;
        }
        report.One("store", condition, condition.Fields());
        if (!report.IsJson) report.Line("");
        report.Rows("worker", workers, Workers);
        if (workers.Length > 0 && !report.IsJson) report.Line("");
        var findings = Diagnosis.OfStore(condition.Reading, workers, queues).ToList();
        findings.AddRange((await store.ExamineAsync()).Select(found => new Diagnosis(found.Finding, found.Why, found.Remedy)));
        findings.AddRange(await SchedulesAsync(store));
        Tell(report, findings);
        if (findings.Count == 0) report.Say("Nothing stands in the way.");
        return condition.Reading.Fault is null ? ExitCode.Done : ExitCode.Internal;
    });

    static async Task<IEnumerable<Diagnosis>> SchedulesAsync(IJobStore store)
    {
        var (troubles, more) = await ScheduleWatch.TroublesAsync(store);
        var told = troubles.Select(one => new Diagnosis($"schedule {one.Trouble.Kind}", $"schedule '{one.Schedule}': {one.Trouble.Text}", one.Trouble.Remedy));
        return more ? told.Append(new("more schedules", $"more than {ScheduleWatch.Most} are in trouble", "tidemark schedule list")) : told;
    }

    /// <summary>In sentences, not in a table: a column would cut what is asked for.</summary>
    static void Tell(Report report, IReadOnlyList<Diagnosis> findings)
    {
        if (report.IsJson) report.Rows("finding", findings, Findings);
        else
        {
            foreach (var (finding, why, remedy) in findings) report.Line($"{finding}: {Table.OneLine(why)}{(remedy is null ? "" : $"\n    {remedy}")}");
        }
    }
}
