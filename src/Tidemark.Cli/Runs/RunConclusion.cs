using Tidemark.Cli.Commands;
using Tidemark.Cli.Output;
using Tidemark.Cli.Signals;
using Tidemark.Cli.Stores;
using Tidemark.Reading;

namespace Tidemark.Cli.Runs;

/// <summary>What a session leaves to be told.</summary>
internal sealed record RunLeft
{
    /// <summary>What was to be run last: the run's own job, then the replays of its quarantine. Empty: nothing was left to do.</summary>
    internal required IReadOnlyList<JobId> Jobs { get; init; }

    /// <summary>The run as this start found it; null: it was new.</summary>
    internal required JobDetails? Remembered { get; init; }

    /// <summary>What another process runs under this name; null: nothing.</summary>
    internal required JobReading? Elsewhere { get; init; }

    /// <summary>New lines were to begin after the replays, and have not.</summary>
    internal required bool NewLinesWait { get; init; }

    internal required bool OutOfTime { get; init; }
}

/// <summary>The last words of a run, and its exit code: what the state of its jobs means.</summary>
internal sealed class RunConclusion(RunOptions options, OpenedStore opened, RunTracker tracker, ProgressReporter reporter, StopSignals signals)
{
    // What answers at all answers in milliseconds: a run that was told to leave waits no longer for its last look.
    static readonly TimeSpan LastLook = TimeSpan.FromSeconds(1);

    readonly PatientReader reading = new(opened);

    internal async Task<int> TellAsync(RunLeft left)
    {
        if (left.Elsewhere is { } elsewhere) return End(ExitCode.RunningElsewhere, _ => RunSession.ElsewhereText(options.Name, elsewhere));
        // A store that does not answer is waited for, but not after a second signal, nor after a first that comes only now.
        using var giveUp = new CancellationTokenSource();
        using var told = (signals.Drain.IsCancellationRequested ? signals.Abort : signals.Drain).Register(() => giveUp.CancelAfter(LastLook));
        try
        {
            var run = tracker.Job is { } id ? await reading.FindAsync(id, giveUp.Token) : null;
            if (run is null) throw new TidemarkException($"The job of run '{options.Name}' is gone from the store. Run the same command again.");
            return Tell(run, await JudgedAsync(run, left.Jobs, giveUp.Token), left);
        }
        catch (StoreException) when (opened.IsGone)
        {
            return StoreGone();
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            return Unread(left);
        }
    }

    // The run's own job, unless that is done and a replay is not: then it was the replay that was stopped, parked itself or failed.
    async Task<JobDetails> JudgedAsync(JobDetails run, IReadOnlyList<JobId> jobs, CancellationToken giveUp)
    {
        if (run.Job.State != JobState.Succeeded) return run;
        foreach (var id in jobs)
        {
            if (await reading.FindAsync(id, giveUp) is { Job.State: not (JobState.Succeeded or JobState.Cancelled) } open) return open;
        }
        return run;
    }

    int Tell(JobDetails run, JobDetails judged, RunLeft left)
    {
        var job = judged.Job;
        tracker.ParkedUntil = job.State == JobState.Parked ? job.DueAt : null;
        tracker.Reason = job.State is JobState.Parked or JobState.Failed or JobState.Cancelled ? EngineWords.AsTyped(job.Reason) : null;
        var isOver = job.State == JobState.Succeeded && !left.NewLinesWait;
        var (phase, code) = signals.AbortExitCode != 0 && !isOver ? (RunPhase.Aborted, signals.AbortExitCode) : Meaning(judged, left);
        tracker.Phase = phase;
        if (opened.IsGone) return StoreGone();
        if (phase == RunPhase.Aborted || (phase == RunPhase.Stopped && job.State == JobState.Running)) tracker.Cost = CostOfAbort(judged, left.Remembered);
        return End(code, shown => RunMessages.End(shown, run.Job.Id.Value, Why(left, phase)));
    }

    // How far it is stands in the store, for the next start to read.
    int Unread(RunLeft left)
    {
        var aborted = signals.AbortExitCode != 0;
        (tracker.Phase, tracker.Cost) = (aborted ? RunPhase.Aborted : RunPhase.Stopped, tracker.NotSaved());
        return End(aborted ? signals.AbortExitCode : ExitCode.Resumable, shown => RunMessages.End(shown, tracker.Job!.Value.Value, Why(left, shown.Phase)));
    }

    int StoreGone() => End(ExitCode.Internal, _ => RunMessages.StoreGone(options.Name, options.Store));

    int End(int code, Func<RunSnapshot, string> sentence)
    {
        reporter.End(code, sentence);
        return code;
    }

    // What an abort costs is in the ledger, for the gauge went with the attempt; by our own count if the ledger could not be written.
    Redo CostOfAbort(JobDetails details, JobDetails? remembered) =>
        details.Interruptions is [.., { What.CostItems: >= 0 } last] && last != remembered?.Interruptions.LastOrDefault()
            ? new Redo(last.What.CostItems, last.What.CostMs > 0 ? TimeSpan.FromMilliseconds(last.What.CostMs) : null)
            : tracker.NotSaved();

    static (RunPhase Phase, int Code) Meaning(JobDetails details, RunLeft left) => details.Job.State switch
    {
        JobState.Succeeded when left.NewLinesWait => (RunPhase.Stopped, ExitCode.Resumable),
        JobState.Succeeded => (RunPhase.Finished, details.Streams.Any(stream => stream.OpenQuarantine > 0) ? ExitCode.Unfinished : ExitCode.Done),
        JobState.Failed => (RunPhase.Failed, ExitCode.Unfinished),
        JobState.Cancelled => (RunPhase.Cancelled, ExitCode.Unfinished),
        JobState.Parked => (RunPhase.Parked, ExitCode.Resumable),
        _ => (RunPhase.Stopped, ExitCode.Resumable),
    };

    string Why(RunLeft left, RunPhase phase) =>
        left.OutOfTime && phase == RunPhase.Stopped ? $"after --max-duration {Durations.Format(options.MaxDuration!.Value)} " : "";
}
