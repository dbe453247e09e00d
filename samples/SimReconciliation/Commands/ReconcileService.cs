using SimReconciliation.Audit;
using SimReconciliation.Reconcile;
using SimReconciliation.Watch;
using Tidemark;

namespace SimReconciliation.Commands;

/// <summary>One start of the service: begin the run or go on with it, watch it, leave when told, audit when it is done.</summary>
internal static class ReconcileService
{
    /// <summary>Stopped cleanly: the same command goes on.</summary>
    private const int Resumable = 75;

    public static async Task<int> RunAsync(IHost host, RunOptions run)
    {
        var screen = Screen.OfStandardError;
        await host.StartAsync();
        var jobs = host.Services.GetRequiredService<IJobClient>();
        var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

        // For ever: whoever starts the run, and however often, there is one job of that name.
        var (id, created) = await jobs.EnqueueAsync(SimJobs.Reconcile, new(run.Run), new() { Dedup = Dedup.Key(run.Run).ForEver() });
        var before = (await jobs.FindAsync(id))!;
        screen.Say(created ? $"Run '{run.Run}' begins as job {id}. Kill it whenever you like: the same command goes on with it." : Known(run, before));
        if (before.State == JobState.Failed && run.Retry)
            await jobs.RetryAsync(id);

        var job = await new Watcher(jobs, screen, TimeProvider.System).WatchAsync(id, stopping);
        await host.StopAsync();
        job = (await jobs.FindAsync(id))!; // the drain has saved what was in flight, or has even ended the job
        return job.State switch
        {
            JobState.Succeeded => await AuditAsync(host, run, job),
            JobState.Failed => Failed(run, job, screen),
            JobState.Cancelled => Cancelled(run, job, screen),
            _ => Stopped(run, job, screen),
        };
    }

    private static string Known(RunOptions run, JobStatus job)
    {
        var last = job.Interruptions is [.., var one] ? $" Its last interruption: {one.Cause} at {Words.Instant(one.At)}, {one.Items ?? 0:N0} SIMs to redo." : "";
        return job.State switch
        {
            JobState.Succeeded => $"Run '{run.Run}' (job {job.Id}) is done already; here is its audit. For another run give another --name.",
            JobState.Failed when run.Retry => $"Run '{run.Run}' (job {job.Id}) had failed; it is tried again from {ProgressText.Position(job)}.",
            JobState.Failed or JobState.Cancelled => $"Run '{run.Run}' (job {job.Id}) rests at {ProgressText.Position(job)}.",
            _ => $"Run '{run.Run}' (job {job.Id}) goes on: {ProgressText.Position(job)}.{last}",
        };
    }

    private static async Task<int> AuditAsync(IHost host, RunOptions run, JobStatus job)
    {
        var jobs = host.Services.GetRequiredService<IJobClient>();
        var quarantine = await jobs.QuarantinedAsync(job.Id).ToListAsync();
        RunSummary.Print(run.Run, job, quarantine, Console.Out);
        var carrier = await CarrierView.AskAsync(run.Carrier, $"{job.Id}/{SimJobs.Stream}", CancellationToken.None);
        return AuditCommand.Run(run.Data, run.Store, carrier, quarantine.Select(item => item.Key).ToHashSet());
    }

    private static int Failed(RunOptions run, JobStatus job, Screen screen)
    {
        screen.Say($"Run '{run.Run}' (job {job.Id}) has failed at {ProgressText.Position(job)} and needs a person: {job.Reason}");
        screen.Say("Nothing is lost. When the cause is mended, the same command with --retry goes on from the last checkpoint.");
        return 1;
    }

    private static int Cancelled(RunOptions run, JobStatus job, Screen screen)
    {
        screen.Say($"Run '{run.Run}' (job {job.Id}) was cancelled at {ProgressText.Position(job)}: {job.Reason}. For another run give another --name.");
        return 1;
    }

    private static int Stopped(RunOptions run, JobStatus job, Screen screen)
    {
        var cost = job.State == JobState.Running
            ? "A handler did not return in time: its batch will be done again."
            : "Nothing will be done again.";
        screen.Say($"Run '{run.Run}' (job {job.Id}) stopped at {ProgressText.Position(job)}. {cost} The same command goes on from there.");
        return Resumable;
    }
}
