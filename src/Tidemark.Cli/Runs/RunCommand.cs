using Tidemark.Cli.Commands;
using Tidemark.Cli.Input;
using Tidemark.Cli.Output;
using Tidemark.Cli.Signals;
using Tidemark.Cli.Spawning;
using Tidemark.Cli.Stores;
using Tidemark.Reading;
using Tidemark.Settling;
using Tidemark.Storage;

namespace Tidemark.Cli.Runs;

/// <summary>
/// <c>tidemark run</c> from its options to its exit code: (1) the input, (2) the store and what it knows of this name, (3) the two told apart,
/// (4) the engine's work, see <see cref="RunSession"/>.
/// </summary>
internal sealed class RunCommand(RunOptions options, Func<string, string?> environment)
{
    internal async Task<int> RunAsync()
    {
        using var signals = StopSignals.Listen();
        var template = new CommandTemplate(CommandBytes.Of(options.Command, File.ReadAllBytes("/proc/self/cmdline")));
        if (template.FixedProgram is { } program && ProgramFinder.Find(program).Refusal is { } refusal)
            throw new UsageException($"the command cannot be run: {refusal}.");
        try
        {
            using var input = InputFile.Open(options.Input, signals.Drain); // :: (1)
            var source = Lines.ByContent(input.Path, new LineOptions { MaxLineBytes = options.MaxLine, Name = input.Name });
            if (options.DryRun) return await new DryRun(options).RunAsync(source, signals.Drain);

            using var loggers = new TalkLoggers();
            await using var opened = await StoreDoor.OpenOrCreateAsync(options.Store, loggers.Store); // :: (2)
            var store = opened.Store;
            var former = new FormerRun(store, RunNames.JobOf(options.Name));
            await former.TakeFromTheDeadAsync();
            var known = await former.FindAsync();
            var streams = StandardStreams.OfProcess(
                options.Talk.Json ? said => JsonText.Said(options.Name, TimeProvider.System.GetUtcNow(), said) : null);
            var tracker = new RunTracker(options.Name, options.ResumeCost, store, TimeProvider.System) { Job = known?.Job.Id, InputBytes = input.Bytes };
            using var reporter = new ProgressReporter(
                tracker.Look, ProgressViews.Choose(options.Talk, streams, !Console.IsErrorRedirected, environment), TimeProvider.System);
            loggers.TalkBy(reporter.Say);
            if (known is not null && await former.FindRunningAsync(known) is { } elsewhere) return Elsewhere(reporter, elsewhere);

            var remembered = known is not null && !options.Restart && known.Job.State != JobState.Cancelled ? known : null; // :: (3)
            var scan = await InputScan.ReadAsync(source, remembered, store, null, signals.Drain);
            (tracker.Scan, tracker.DoneBefore) = (scan, remembered is null ? 0 : RunNames.LinesOf(remembered)?.Counters.Done ?? 0);
            if (scan.IsAnother && !options.Yes) return Another(reporter, scan, Beginning(scan, input.Name, remembered, Replays.None));
            if (known is not null && remembered is null && known.Job.State is not (JobState.Cancelled or JobState.Succeeded)) await former.GiveUpAsync(known);
            var replays = remembered is null ? Replays.None : await former.FindReplaysAsync(remembered);
            var begin = Beginning(scan, input.Name, remembered, replays);
            if (remembered is not null && IsRefusedForFailures(begin)) return TooManySetAside(reporter, begin, remembered.Job.Id);
            foreach (var sentence in Sentences(begin, remembered)) reporter.Say(sentence);

            if (WasKilled(remembered) && TornLine.End(StandardDescriptors.OrNone(StandardDescriptors.Output)))
                reporter.Say($"{options.Name}: the killed run left half a line in standard output; it is ended here, and its line runs again.");

            using var pool = new CommandPool(template, options.Parallel, streams.Deliver, TimeProvider.System); // :: (4)
            var session = new RunSession(options, opened, former, tracker, reporter, signals, loggers, streams.Flushed);
            return await session.RunAsync(source, pool, remembered, replays, scan);
        }
        catch (OperationCanceledException) when (signals.Drain.IsCancellationRequested)
        {
            return ExitCode.Resumable; // stopped while the input was read: nothing has begun
        }
    }

    // A clean stop leaves whole outputs, and a command may end its own without a line end.
    static bool WasKilled(JobDetails? remembered) =>
        remembered is { Job.State: not JobState.Succeeded, Interruptions: [.., { What.Cause: InterruptionCause.Crash }] };

    IEnumerable<string> Sentences(RunBeginning begin, JobDetails? remembered)
    {
        if (remembered is { Job.State: JobState.Failed, Job.Reason: { } reason })
            yield return $"{options.Name}: had failed and is tried again: {EngineWords.AsTyped(reason)}";
        if (remembered is not null && FormerRun.OtherCommand(remembered, options) is { } other)
            yield return $"{options.Name}: was last run with another command: {other}. What it has done is not done again by this one.";
        foreach (var sentence in RunMessages.Begin(begin)) yield return sentence;
    }

    RunBeginning Beginning(InputScan scan, string input, JobDetails? remembered, Replays replays)
    {
        var lines = remembered is null ? null : RunNames.LinesOf(remembered);
        var open = lines?.OpenQuarantine ?? 0;
        return new()
        {
            Name = options.Name,
            Input = input,
            Total = scan.Total,
            SettledBefore = scan.SettledHere,
            Quarantined = Math.Max(0, open - replays.Lines),
            GivenUp = Math.Max(0, (lines?.Counters.Quarantined ?? 0) - open),
            Replayed = replays.Lines,
            Vanished = scan.Vanished,
            FinishedBefore = remembered?.Job.State == JobState.Succeeded,
            Bound = options.ResumeCost.ToString(),
        };
    }

    // The limit holds for the run, not for one start of it: what is set aside already counts, unless it is about to be tried again.
    bool IsRefusedForFailures(RunBeginning begin) =>
        options.MaxFailed is { } limit && limit.IsExceededBy(begin.Quarantined, begin.Total) && !(begin.FinishedBefore && begin.Left == 0);

    int TooManySetAside(ProgressReporter reporter, RunBeginning begin, JobId job)
    {
        reporter.End(ExitCode.Unfinished, _ => RunMessages.TooManySetAside(begin, options.MaxFailed!.Value.ToString(), job.Value));
        return ExitCode.Unfinished;
    }

    static int Another(ProgressReporter reporter, InputScan scan, RunBeginning begin)
    {
        reporter.End(ExitCode.OtherInput, _ => RunMessages.OtherInput(begin, scan.SettledEver));
        return ExitCode.OtherInput;
    }

    int Elsewhere(ProgressReporter reporter, JobReading job)
    {
        reporter.End(ExitCode.RunningElsewhere, _ => RunSession.ElsewhereText(options.Name, job));
        return ExitCode.RunningElsewhere;
    }
}
