using Tidemark.Cli.Commands;
using Tidemark.Cli.Output;
using Tidemark.Cli.Signals;
using Tidemark.Cli.Spawning;
using Tidemark.Cli.Stores;
using Tidemark.Reading;

namespace Tidemark.Cli.Runs;

/// <summary>
/// The part of a run in which commands run: (1) the engine starts, (2) replays that were asked for, (3) the run itself, (4) a drain, whatever
/// ended it, (5) what its state means as an exit code, see <see cref="RunConclusion"/>.
/// </summary>
internal sealed class RunSession(
    RunOptions options, OpenedStore opened, FormerRun former, RunTracker tracker, ProgressReporter reporter, StopSignals signals, TalkLoggers loggers,
    Action flushOutput)
{
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // Aborting takes milliseconds while the store can be written. Where it cannot, nobody waits for it: the next run finds out what this one cost.
    static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(1);

    readonly PatientReader reading = new(opened);
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
        var job = new RunJob(source, runner, () => Entered(pool), pool.Abort).Define(RunNames.JobOf(options.Name), Streams(scan));
        var jobs = await JobsAsync(remembered, replays, scan);
        tracker.Job = jobs.Count > 0 ? jobs[0] : remembered?.Job.Id;
        if (jobs.Count == 0) return await ConcludeAsync(jobs, remembered, outOfTime);

        await using var engine = new RunEngine(opened.Store, opened.IsServers, job, loggers, _ => Changed());
        await engine.StartAsync(); // :: (1)
        try
        {
            var areOver = await UntilEndedAsync(jobs, engine.Options.WorkerName, stop.Token); // :: (2)
            if (areOver && _newLinesWait && remembered is not null)
            {
                // Replays write to the finished run's counters, and what they have claimed stays with it: new lines begin when all are over.
                jobs = [await reading.AskAsync(() => former.InheritAsync(options, scan.Total, remembered.Job.Id), stop.Token)];
                (tracker.Job, _newLinesWait) = (jobs[0], false);
                await UntilEndedAsync(jobs, engine.Options.WorkerName, stop.Token); // :: (3)
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A stop is obeyed although the store does not answer.
        }
        catch (StoreException) when (IsStoreGone)
        {
            // That is told by its name.
        }
        catch
        {
            // What runs is cut off: what ended otherwise from here on, with nobody above it, would count as a failure of its line.
            await Task.WhenAny(engine.DrainAsync(new CancellationToken(canceled: true)), Task.Delay(AbortLimit));
            throw;
        }
        if (stop.IsCancellationRequested)
        {
            tracker.Phase = RunPhase.Stopping;
            reporter.Hint();
            signals.Announced();
        }
        var isOver = await DrainAsync(engine); // :: (4)
        var code = await ConcludeAsync(jobs, remembered, outOfTime); // :: (5)
        // What waits for the store to be mended would hold the process as long: what it has left is taken from the dead by the next run.
        if (!isOver) Environment.Exit(code);
        return code;
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
        QuarantineLimit = options.MaxFailed?.Of(scan.Total),
        QuarantineAfterCrashes = 0, // a command cannot take this process with it
        BeforeSave = () => Task.Run(flushOutput), // it may wait for a disk
        Breaker = null,
    };

    /// <summary>True: each has come to an end that no retry and no wake changes. False: one has not, and nobody waits for it here.</summary>
    async Task<bool> UntilEndedAsync(List<JobId> jobs, string worker, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !IsStoreGone)
        {
            var changed = _changed.Task;
            var (going, open, waiting) = (0, 0, false);
            foreach (var id in jobs)
            {
                if ((await reading.FindAsync(id, stop))?.Job is not { State: not (JobState.Succeeded or JobState.Cancelled) } job) continue;
                if (job.State == JobState.Running && job.Worker != worker)
                {
                    _elsewhere = job;
                    return false;
                }
                if (job.State == JobState.Parked) Parked(job);
                open++;
                waiting |= job.State == JobState.Pending;
                if (job.State is JobState.Pending or JobState.Running || (job.State == JobState.Parked && options.Wait && tracker.OutputClosed is null)) going++;
            }
            if (going == 0) return open == 0;
            if (waiting) await SayIfPausedAsync(stop);
            await Task.WhenAny(changed, Task.Delay(LookEvery, stop));
        }
        return false;
    }

    async Task SayIfPausedAsync(CancellationToken stop)
    {
        if (_saidPaused || Array.Find(await reading.ListPausedQueuesAsync(stop), queue => queue.Name == RunNames.Queue) is not { } queue) return;
        _saidPaused = true;
        reporter.Say($"{options.Name}: waits, for queue '{queue.Name}' is paused{(queue.Reason is { } why ? $" ({why})" : "")}. Resume it: tidemark queue resume {queue.Name}");
    }

    void Entered(CommandPool pool)
    {
        pool.Begin();
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

    async Task<int> ConcludeAsync(List<JobId> jobs, JobDetails? remembered, CancellationTokenSource outOfTime)
    {
        await loggers.SaidAsync();
        return await new RunConclusion(options, opened, tracker, reporter, signals).TellAsync(new RunLeft
        {
            Jobs = jobs,
            Remembered = remembered,
            Elsewhere = _elsewhere,
            NewLinesWait = _newLinesWait,
            OutOfTime = outOfTime.IsCancellationRequested,
        });
    }
}
