using Tidemark.Cli.Runs;

namespace Tidemark.Cli.Output;

/// <summary>What is known when a run begins.</summary>
internal sealed record RunBeginning
{
    internal required string Name { get; init; }

    /// <summary>The input, as people call it.</summary>
    internal required string Input { get; init; }

    /// <summary>Lines in the input now.</summary>
    internal required long Total { get; init; }

    /// <summary>Of these, how many were done or quarantined under this name before.</summary>
    internal required long SettledBefore { get; init; }

    /// <summary>Of those settled before: set aside, and not to be tried again now.</summary>
    internal long Quarantined { get; init; }

    /// <summary>Of those settled before: taken out of quarantine for good.</summary>
    internal long GivenUp { get; init; }

    /// <summary>Lines taken out of quarantine to be tried again now.</summary>
    internal long Replayed { get; init; }

    /// <summary>Lines that were done under this name and are no longer in the input.</summary>
    internal required long Vanished { get; init; }

    /// <summary>The run of this name had come to its end: lines left now are new ones.</summary>
    internal required bool FinishedBefore { get; init; }

    /// <summary>The bound, in words.</summary>
    internal required string Bound { get; init; }
    internal long Done => Math.Max(0, SettledBefore - Quarantined - GivenUp - Replayed);
    internal long Left => Total - SettledBefore;
}

/// <summary>The sentences of a run, for somebody who reads them at night.</summary>
internal static class RunMessages
{
    /// <summary>What will be done, and what not.</summary>
    internal static IEnumerable<string> Begin(RunBeginning begin)
    {
        if (begin.Vanished > 0)
            yield return $"{begin.Name}: {Counts.Items(begin.Vanished, "line")} that {(begin.Vanished == 1 ? "was" : "were")} done "
                + $"{(begin.Vanished == 1 ? "is" : "are")} no longer in {begin.Input}; nothing is undone.";
        if (begin.Total == 0) yield return $"{begin.Name}: {begin.Input} has no lines; nothing to do.";
        else if (begin.Left == 0) yield return NothingNew(begin);
        else if (begin.SettledBefore == 0) yield return $"{begin.Name}: {Counts.Items(begin.Total, "line")} in {begin.Input}; a stop redoes at most {begin.Bound}.";
        else if (begin.FinishedBefore)
            yield return $"{begin.Name}: {Counts.Items(begin.Left, "new line")} in {begin.Input}; {Counts.Of(begin.SettledBefore)} {(begin.SettledBefore == begin.Done ? "done" : "done or set aside")} before do not run again.";
        else
            yield return $"{begin.Name}: resumed at {Counts.Of(begin.SettledBefore)} of {Counts.Of(begin.Total)}; a stop redoes at most {begin.Bound}.";
        if (begin.Replayed > 0 && begin.Left > 0)
            yield return $"{begin.Name}: {Counts.Items(begin.Replayed, "line")} taken out of quarantine {(begin.Replayed == 1 ? "runs" : "run")} again, then the {(begin.FinishedBefore ? "new ones" : "rest")}.";
    }

    /// <summary>Why nothing was run: more lines are set aside than the limit allows.</summary>
    internal static string TooManySetAside(RunBeginning begin, string limit, long id) =>
        $"{begin.Name}: nothing was run: {Counts.Items(begin.Quarantined, "line")} {(begin.Quarantined == 1 ? "is" : "are")} in quarantine, more than --max-failed {limit} allows. "
        + $"Try them again (tidemark quarantine replay {id}), give them up (tidemark quarantine drop), or raise --max-failed; then run the same command.";

    /// <summary>The file was taken away under the run.</summary>
    internal static string StoreGone(string name, string store) =>
        $"{name}: the store {store} was moved or deleted while the run used it, and only that file remembers what was done. Put it back, then run the same command.";

    /// <summary>Why nothing was run: exit 3.</summary>
    internal static string OtherInput(RunBeginning begin, long done) =>
        $"{begin.Name}: {begin.Input} is another input: of {Counts.Items(done, "line")} done under this name, {Counts.Of(begin.Vanished)} "
        + $"({begin.Vanished * 100 / Math.Max(done, 1)} %) are no longer in it. Nothing was run. Give this input a name of its own (--name NAME), "
        + "accept it as it is (--yes), or forget what was done and start over (--restart).";

    /// <summary>How a run ended, and what to do next. <paramref name="id"/> is the job's, for the commands that mend it; <paramref name="after"/> says what stopped it.</summary>
    internal static string End(RunSnapshot run, long id, string after = "")
    {
        var place = run.Total is { } total ? $"{Counts.Of(run.Settled)} of {Counts.Of(total)}" : Counts.Of(run.Settled);
        var goesOn = "The same command goes on from here.";
        return run.Phase switch
        {
            RunPhase.Finished when run.Quarantined > 0 =>
                $"{run.Name}: finished, {Counts.Of(run.Done)} done, {Counts.Of(run.Quarantined)} quarantined. "
                + $"See them: tidemark quarantine list {id}. Try them again: tidemark quarantine replay {id}",
            RunPhase.Finished => $"{run.Name}: finished, {Counts.Of(run.Done)} done{(run.GivenUp > 0 ? $", {Counts.Of(run.GivenUp)} given up" : "")}.",
            RunPhase.Failed when run.Reason?.Contains(EngineWords.TooManySetAside, StringComparison.Ordinal) == true =>
                $"{run.Name}: failed at {place}: {Reason(run)}. Mend the cause and try them again (tidemark quarantine replay {id}), or raise --max-failed; then the same command goes on from here.",
            RunPhase.Failed => $"{run.Name}: failed at {place}: {Reason(run)}. Once the cause is mended, the same command goes on from here.",
            RunPhase.Cancelled => $"{run.Name}: cancelled at {place}: {Reason(run)}. The same command starts anew.",
            RunPhase.Parked => $"{run.Name}: {Wording.Parked(run)}. {place} settled, nothing to redo. {goesOn}",
            RunPhase.Aborted => $"{run.Name}: aborted at {place}; {Wording.Redo(run.Redo, run.Bound, "at most")}. {goesOn}",
            _ => $"{run.Name}: stopped {after}at {place}; {Wording.Redo(run.Redo, run.Bound, "at most")}. {goesOn}",
        };
    }

    static string NothingNew(RunBeginning begin)
    {
        var lines = Counts.Items(begin.Total, "line");
        if (begin.Done == begin.Total) return $"{begin.Name}: all {lines} of {begin.Input} are done already; nothing new to run.";
        var parts = new List<string> { $"{Counts.Of(begin.Done)} done" };
        if (begin.Quarantined > 0) parts.Add($"{Counts.Of(begin.Quarantined)} in quarantine");
        if (begin.GivenUp > 0) parts.Add($"{Counts.Of(begin.GivenUp)} given up");
        return $"{begin.Name}: of {lines} in {begin.Input} {string.Join(", ", parts)}; {(begin.Replayed > 0 ? $"{Counts.Of(begin.Replayed)} taken out of quarantine {(begin.Replayed == 1 ? "runs" : "run")} again" : "nothing new to run")}.";
    }

    // It stands in a sentence of ours, which has its own full stop.
    static string Reason(RunSnapshot run) => run.Reason?.TrimEnd('.', ' ') ?? "no reason was given";
}
