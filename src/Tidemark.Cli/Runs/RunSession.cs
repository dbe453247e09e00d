using Tidemark.Cli.Commands;
using Tidemark.Cli.Output;
using Tidemark.Cli.Signals;
using Tidemark.Cli.Spawning;
using Tidemark.Reading;
using Tidemark.Storage;

namespace Tidemark.Cli.Runs;

/// <summary>
/// The part of a run in which commands run: (1) the engine starts, (2) replays that were asked for, (3) the run itself, (4) a drain, whatever
/// ended it, (5) what its state means as an exit code.
/// </summary>
internal sealed class RunSession(
    RunOptions options, IJobStore store, FormerRun former, RunTracker tracker, ProgressReporter reporter, StopSignals signals, Action flushOutput)
{
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    JobReading? _elsewhere;
    bool _saidPaused;
    bool _newLinesWait;

    internal static string ElsewhereText(string name, JobReading job) =>
        $"{name}: is running elsewhere (job {job.Id}, worker {job.Worker ?? "unknown"}). Nothing was run. Watch it: tidemark job show {job.Id}";

    internal async Task<int> RunAsync(Source<InputLine, LinePosition> source, CommandPool pool, JobDetails? remembered, InputScan scan)
    {
        using var outOfTime = new CancellationTokenSource();
        if (options.MaxDuration is { } most) outOfTime.CancelAfter(most);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Drain, outOfTime.Token);

        var runner = new LineRunner(pool, tracker, options.ParkExit, TimeProvider.System);
        var job = new RunJob(source, runner, Entered, pool.Abort).Define(RunNames.JobOf(options.Name), Streams(scan));
        using var loggers = new TalkLoggers(reporter.Say);
        await using var engine = new RunEngine(store, job, loggers, _ => Changed());
        var jobs = await JobsAsync(remembered, scan);
        tracker.Job = jobs.Count > 0 ? jobs[0] : remembered?.Job.Id;

        if (jobs.Count > 0)
        {
            await engine.StartAsync(); // :: (1)
            await UntilEndedAsync(jobs, engine.Options.WorkerName, stop.Token); // :: (2) (3)
            if (_newLinesWait && _elsewhere is null && !stop.IsCancellationRequested && remembered is not null)
            {
                // Replays write to the finished run's counters: new lines begin when these are through.
                JobId next = await former.EnqueueAsync(options, remembered.Job.Id);
                tracker.Job = next;
                await UntilEndedAsync([next], engine.Options.WorkerName, stop.Token);
            }
            if (stop.IsCancellationRequested)
            {
                tracker.Phase = RunPhase.Stopping;
                reporter.Hint();
                signals.Announced();
            }
            await engine.DrainAsync(signals.Abort); // :: (4)
        }
        return await ConcludeAsync(outOfTime.IsCancellationRequested); // :: (5)
    }

    /// <summary>What is to be run: the run's own job first, then the replays of its quarantine. Empty: nothing is left.</summary>
    async Task<List<JobId>> JobsAsync(JobDetails? remembered, InputScan scan)
    {
        if (remembered is null) return [await former.EnqueueAsync(options, null)];
        var visits = await former.OpenVisitsAsync(remembered);
        var id = remembered.Job.Id;
        if (remembered.Job.State != JobState.Succeeded) await former.MakeDueAsync(id);
        else if (visits.Count > 0)
        {
            _newLinesWait = scan.SettledHere < scan.Total;
            reporter.Say($"{options.Name}: lines taken out of quarantine run again{(_newLinesWait ? ", then the new ones" : "")}.");
        }
        else if (scan.SettledHere == scan.Total) return [];
        else id = await former.EnqueueAsync(options, id);
        return [id, .. visits];
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

    async Task<int> ConcludeAsync(bool outOfTime)
    {
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
        // What an abort costs is in the ledger: the gauge went with the attempt.
        if (phase == RunPhase.Aborted && details.Interruptions is [.., { What.CostItems: >= 0 } last])
            tracker.Cost = new Redo(last.What.CostItems, last.What.CostMs > 0 ? TimeSpan.FromMilliseconds(last.What.CostMs) : null);
        reporter.End(code, run => RunMessages.End(run, job.Id.Value, Why(outOfTime, phase)));
        return code;
    }

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
