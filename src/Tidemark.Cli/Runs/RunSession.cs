using Tidemark.Cli.Commands;
using Tidemark.Cli.Output;
using Tidemark.Cli.Signals;
using Tidemark.Cli.Spawning;
using Tidemark.Cli.Stores;
using Tidemark.Reading;
using Tidemark.Storage;

namespace Tidemark.Cli.Runs;

/// <summary>
/// The part of a run in which commands run: (1) the engine starts, (2) replays that were asked for, (3) the run itself, (4) a drain, whatever
/// ended it, (5) what its state means as an exit code.
/// </summary>
internal sealed class RunSession(
    RunOptions options, OpenedStore opened, FormerRun former, RunTracker tracker, ProgressReporter reporter, StopSignals signals, TalkLoggers loggers,
    Action flushOutput)
{
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // Aborting takes milliseconds while the store can be written. Where it cannot, nobody waits for it: the next run finds out what this one cost.
    static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(1);

    readonly IJobStore store = opened.Store;
    volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    JobReading? _elsewhere;
    bool _saidPaused;
    bool _newLinesWait;

    internal static string ElsewhereText(string name, JobReading job) =>
        $"{name}: is running elsewhere (job {job.Id}, worker {job.Worker ?? "unknown"}). Nothing was run. Watch it: tidemark job show {job.Id}";

    internal async Task<int> RunAsync(Source<InputLine, LinePosition> source, CommandPool pool, JobDetails? remembered, Replays replays, InputScan scan)
    {
        using var outOfTime = new CancellationTokenSource();
        if (options.MaxDuration is { } most) outOfTime.CancelAfter(most);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Drain, outOfTime.Token);

        var runner = new LineRunner(pool, tracker, options.ParkExit, TimeProvider.System);
        var job = new RunJob(source, runner, Entered, pool.Abort).Define(RunNames.JobOf(options.Name), Streams(scan));
        var jobs = await JobsAsync(remembered, replays, scan);
        tracker.Job = jobs.Count > 0 ? jobs[0] : remembered?.Job.Id;

        if (jobs.Count > 0)
        {
            await using var engine = new RunEngine(store, job, loggers, _ => Changed());
            await engine.StartAsync(); // :: (1)
            await UntilEndedAsync(jobs, engine.Options.WorkerName, stop.Token); // :: (2) (3)
            if (_newLinesWait && _elsewhere is null && !stop.IsCancellationRequested && remembered is not null)
            {
                // Replays write to the finished run's counters: new lines begin when these are through.
                JobId next = await former.EnqueueAsync(options, scan.Total, remembered.Job.Id);
                tracker.Job = next;
                await UntilEndedAsync([next], engine.Options.WorkerName, stop.Token);
            }
            if (stop.IsCancellationRequested)
            {
                tracker.Phase = RunPhase.Stopping;
                reporter.Hint();
                signals.Announced();
            }
            var isOver = await DrainAsync(engine); // :: (4)
            var code = await ConcludeAsync(remembered, outOfTime.IsCancellationRequested); // :: (5)
            // What waits for the store to be mended would hold the process as long: what it has left is taken from the dead by the next run.
            if (!isOver) Environment.Exit(code);
            return code;
        }
        return await ConcludeAsync(remembered, outOfTime.IsCancellationRequested);
    }

    bool IsStoreGone => opened.IsGone;

    /// <summary>False: aborted, and the store did not take that in time.</summary>
    async Task<bool> DrainAsync(RunEngine engine)
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(signals.Abort);
        var drained = engine.DrainAsync(abort.Token);
        while (!drained.IsCompleted && !abort.IsCancellationRequested)
        {
            if (IsStoreGone) await abort.CancelAsync(); // whatever ends from here on cannot be saved, and waits for ever to be
            else await Task.WhenAny(drained, Task.Delay(LookEvery, abort.Token));
        }
        if (!drained.IsCompleted) await Task.WhenAny(drained, Task.Delay(AbortLimit));
        return drained.IsCompleted && await drained;
    }

    /// <summary>What is to be run: the run's own job first, then the replays of its quarantine. Empty: nothing is left.</summary>
    async Task<List<JobId>> JobsAsync(JobDetails? remembered, Replays replays, InputScan scan)
    {
        if (remembered is null) return [await former.EnqueueAsync(options, scan.Total, null)];
        foreach (var visit in replays.Visits) await former.MakeDueAsync(visit);
        var id = remembered.Job.Id;
        if (remembered.Job.State != JobState.Succeeded) await former.MakeDueAsync(id);
        else if (replays.Visits.Count > 0) _newLinesWait = scan.SettledHere < scan.Total;
        else if (scan.SettledHere == scan.Total) return [];
        else id = await former.EnqueueAsync(options, scan.Total, id);
        return [id, .. replays.Visits];
    }

    StreamOptions Streams(InputScan scan) => new()
    {
        ResumeCost = options.ResumeCost,
        Concurrency = options.Parallel,
        Retry = new RetryPolicy { MaxRetries = options.Tries - 1, BaseDelay = TimeSpan.FromMilliseconds(250), Ceiling = TimeSpan.FromSeconds(30) },
        QuarantineLimit = options.MaxFailed is { } limit ? limit.Items ?? (long)(limit.Share!.Value * scan.Total) : null,
        QuarantineAfterCrashes = 0, // a command cannot take this process with it
        BeforeSave = () => Task.Run(flushOutput), // it may wait for a disk
        Breaker = null,
    };

    async Task UntilEndedAsync(List<JobId> jobs, string worker, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (IsStoreGone) return;
            var changed = _changed.Task;
            var (going, waiting) = (0, false);
            foreach (var id in jobs)
            {
                if ((await store.GetJobAsync(id))?.Job is not { } job) continue;
                if (job.State == JobState.Running && job.Worker != worker)
                {
                    _elsewhere = job;
                    return;
                }
                if (job.State == JobState.Parked) Parked(job);
                waiting |= job.State == JobState.Pending;
                if (job.State is JobState.Pending or JobState.Running || (job.State == JobState.Parked && options.Wait && tracker.OutputClosed is null)) going++;
            }
            if (going == 0) return;
            if (waiting) await SayIfPausedAsync();
            await Task.WhenAny(changed, Task.Delay(LookEvery, stop));
        }
    }

    async Task SayIfPausedAsync()
    {
        if (_saidPaused || Array.Find(await store.ListQueuesAsync(), queue => queue.Name == RunNames.Queue) is not { Paused: true } queue) return;
        _saidPaused = true;
        reporter.Say($"{options.Name}: waits, for queue '{queue.Name}' is paused{(queue.Reason is { } why ? $" ({why})" : "")}. Resume it: tidemark queue resume {queue.Name}");
    }

    void Entered()
    {
        (tracker.Phase, tracker.ParkedUntil, tracker.Reason) = (RunPhase.Running, null, null);
        reporter.Hint();
    }

    void Changed()
    {
        var before = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        before.TrySetResult();
    }

    void Parked(JobReading job)
    {
        (tracker.Phase, tracker.ParkedUntil, tracker.Reason) = (RunPhase.Parked, job.DueAt, job.Reason);
        reporter.Hint();
    }

    async Task<int> ConcludeAsync(JobDetails? remembered, bool outOfTime)
    {
        await loggers.SaidAsync();
        var details = tracker.Job is { } id ? await store.GetJobAsync(id) : null;
        if (details?.Job is not { } job) throw new TidemarkException($"The job of run '{options.Name}' is gone from the store. Run the same command again.");
        if (_elsewhere is not null)
        {
            reporter.End(ExitCode.RunningElsewhere, _ => ElsewhereText(options.Name, _elsewhere));
            return ExitCode.RunningElsewhere;
        }
        tracker.ParkedUntil = job.State == JobState.Parked ? job.DueAt : null;
        tracker.Reason = job.State is JobState.Parked or JobState.Failed or JobState.Cancelled ? EngineWords.AsTyped(job.Reason) : null;
        var (phase, code) = signals.AbortExitCode != 0 && job.State != JobState.Succeeded ? (RunPhase.Aborted, signals.AbortExitCode) : Meaning(details);
        tracker.Phase = phase;
        if (IsStoreGone)
        {
            reporter.End(ExitCode.Internal, _ => RunMessages.StoreGone(options.Name, options.Store));
            return ExitCode.Internal;
        }
        if (phase == RunPhase.Aborted || (phase == RunPhase.Stopped && job.State == JobState.Running)) tracker.Cost = CostOfAbort(details, remembered);
        reporter.End(code, run => RunMessages.End(run, job.Id.Value, Why(outOfTime, phase)));
        return code;
    }

    // What an abort costs is in the ledger, for the gauge went with the attempt; by our own count if the ledger could not be written.
    Redo CostOfAbort(JobDetails details, JobDetails? remembered) =>
        details.Interruptions is [.., { What.CostItems: >= 0 } last] && last != remembered?.Interruptions.LastOrDefault()
            ? new Redo(last.What.CostItems, last.What.CostMs > 0 ? TimeSpan.FromMilliseconds(last.What.CostMs) : null)
            : tracker.NotSaved();

    static (RunPhase Phase, int Code) Meaning(JobDetails details) => details.Job.State switch
    {
        JobState.Succeeded => (RunPhase.Finished, details.Streams.Any(stream => stream.OpenQuarantine > 0) ? ExitCode.Unfinished : ExitCode.Done),
        JobState.Failed => (RunPhase.Failed, ExitCode.Unfinished),
        JobState.Cancelled => (RunPhase.Cancelled, ExitCode.Unfinished),
        JobState.Parked => (RunPhase.Parked, ExitCode.Resumable),
        _ => (RunPhase.Stopped, ExitCode.Resumable),
    };

    string Why(bool outOfTime, RunPhase phase) =>
        outOfTime && phase == RunPhase.Stopped ? $"after --max-duration {Durations.Format(options.MaxDuration!.Value)} " : "";
}
