using Tidemark.Cli.Commands;
using Tidemark.Cli.Input;
using Tidemark.Cli.Output;
using Tidemark.Cli.Signals;
using Tidemark.Cli.Spawning;
using Tidemark.Reading;
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

            await using var store = await StoreFile.OpenOrCreateAsync(options.Store); // :: (2)
            var former = new FormerRun(store, RunNames.JobOf(options.Name));
            await former.TakeFromTheDeadAsync();
            var known = await former.FindAsync();
            var streams = StandardStreams.OfProcess(
                options.Talk.Json ? said => JsonText.Said(options.Name, TimeProvider.System.GetUtcNow(), said) : null);
            var tracker = new RunTracker(options.Name, options.ResumeCost, store, TimeProvider.System) { Job = known?.Job.Id };
            using var reporter = new ProgressReporter(
                tracker.Look, ProgressViews.Choose(options.Talk, streams, !Console.IsErrorRedirected, environment), TimeProvider.System);
            if (known?.Job.State == JobState.Running) return Elsewhere(reporter, known.Job);

            var remembered = known is not null && !options.Restart && known.Job.State != JobState.Cancelled ? known : null; // :: (3)
            var scan = await InputScan.ReadAsync(source, remembered, store, null, signals.Drain);
            tracker.Scan = scan;
            if (scan.IsAnother && !options.Yes) return Another(reporter, scan, input.Name);
            if (known is not null && remembered is null && known.Job.State is not (JobState.Cancelled or JobState.Succeeded)) await former.GiveUpAsync(known);
            foreach (var sentence in Sentences(scan, remembered, input.Name)) reporter.Say(sentence);

            using var pool = new CommandPool(template, options.Parallel, streams.Deliver, TimeProvider.System); // :: (4)
            var session = new RunSession(options, store, former, tracker, reporter, signals, streams.Flushed);
            return await session.RunAsync(source, pool, remembered, scan);
        }
        catch (OperationCanceledException) when (signals.Drain.IsCancellationRequested)
        {
            return ExitCode.Resumable; // stopped while the input was read: nothing has begun
        }
    }

    IEnumerable<string> Sentences(InputScan scan, JobDetails? remembered, string input)
    {
        if (remembered is { Job.State: JobState.Failed, Job.Reason: { } reason })
            yield return $"{options.Name}: had failed and is tried again: {EngineWords.AsTyped(reason)}";
        var begin = Beginning(scan, input) with { FinishedBefore = remembered?.Job.State == JobState.Succeeded };
        foreach (var sentence in RunMessages.Begin(begin)) yield return sentence;
    }

    RunBeginning Beginning(InputScan scan, string input) => new()
    {
        Name = options.Name,
        Input = input,
        Total = scan.Total,
        SettledBefore = scan.SettledHere,
        Vanished = scan.Vanished,
        FinishedBefore = false,
        Bound = options.ResumeCost.ToString(),
    };

    int Another(ProgressReporter reporter, InputScan scan, string input)
    {
        reporter.End(ExitCode.OtherInput, _ => RunMessages.OtherInput(Beginning(scan, input), scan.SettledEver));
        return ExitCode.OtherInput;
    }

    int Elsewhere(ProgressReporter reporter, JobReading job)
    {
        reporter.End(ExitCode.RunningElsewhere, _ => RunSession.ElsewhereText(options.Name, job));
        return ExitCode.RunningElsewhere;
    }
}
