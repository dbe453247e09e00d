using System.Globalization;
using System.Text;

namespace Tidemark.Cli.Output;

/// <summary>The two lines under the cursor of a terminal: how far, how fast, how long; and what a stop would cost.</summary>
internal static class BarText
{
    const int NarrowestBar = 10;
    const int WidestBar = 60;

    internal static string[] Render(RunSnapshot run, TerminalStyle style) => [Progress(run, style), Cost(run, style)];

    static string Progress(RunSnapshot run, TerminalStyle style)
    {
        // The last column stays free: some terminals wrap as soon as it is filled.
        var room = style.Width - 1;
        var right = new List<string>();
        if (run.Phase == RunPhase.Reading) return Columns.Fit($"{run.Name}  reading the input{(run.InputBytes is { } bytes ? $", {Counts.Bytes(bytes)}" : "")}", room, style.Ellipsis);
        right.Add(run.Total is { } total ? $"{Counts.Of(run.Settled)}/{Counts.Of(total)}" : $"{Counts.Of(run.Settled)} settled");
        if (run.Rate is { } rate) right.Add(Counts.Rate(rate));
        if (run.Eta is { } eta) right.Add(Durations.FormatRange(eta.Low, eta.High, style.Dash) + " left");
        var percent = run.Share is { } share ? Percent(share) : "";

        // What is least missed goes first: the bar, the name, then the end of the line.
        var tail = string.Join("  ", right);
        var name = run.Name.Length + 2 + percent.Length + 2 + tail.Length <= room ? run.Name + "  " : "";
        var left = room - Columns.Of(name) - percent.Length - tail.Length - 4;
        if (run.Share is null || left < NarrowestBar) return Columns.Fit($"{name}{percent}{(percent.Length > 0 ? "  " : "")}{tail}", room, style.Ellipsis);
        return $"{style.Paint(Paint.Bold, name)}{percent}  {Bar(run, Math.Min(left, WidestBar), style)}  {tail}";
    }

    static string Cost(RunSnapshot run, TerminalStyle style)
    {
        var room = style.Width - 1;
        var parts = Parts(run, style).ToList();
        var line = new StringBuilder();
        var used = 0;
        foreach (var (text, paint) in parts)
        {
            var gap = used == 0 ? 1 : 3;
            var fitted = Columns.Fit(text, room - used - gap, style.Ellipsis);
            // The first part is cut if it must be; a later one shows in a useful length or not at all.
            if (used > 0 && fitted.Length < Math.Min(text.Length, 12)) break;
            line.Append(' ', gap).Append(paint is { } colour ? style.Paint(colour, fitted) : fitted);
            used += gap + Columns.Of(fitted);
        }
        return line.ToString();
    }

    static IEnumerable<(string Text, Paint? Paint)> Parts(RunSnapshot run, TerminalStyle style)
    {
        var redo = Wording.Redo(run.Redo, run.Bound, style.AtMost);
        switch (run.Phase)
        {
            case RunPhase.Stopping:
                yield return ($"stopping, {Counts.Of(run.InFlight)} to finish {style.Dot} again: {redo}", Paint.Yellow);
                break;
            case RunPhase.Parked:
                yield return (Wording.Parked(run), Paint.Yellow);
                break;
            case RunPhase.Stalled:
                yield return ($"STALLED: {run.Reason ?? "nothing has been settled for too long"}", Paint.Red);
                yield return ($"stop now: {redo}", null);
                break;
            default:
                yield return ($"stop now: {redo}", null);
                break;
        }
        if (run.Quarantined > 0) yield return ($"quarantined {Counts.Of(run.Quarantined)}", Paint.Red);
        if (run.Retried > 0) yield return ($"retried {Counts.Of(run.Retried)}", null);
        if (run.Failure is { } last) yield return ($"last: {Wording.Ago(run.Now - last.At)} {last.Item}: {last.Error}", Paint.Faint);
    }

    static string Bar(RunSnapshot run, int width, TerminalStyle style)
    {
        var filled = (int)Math.Floor(run.Share!.Value * width);
        var (full, empty) = style.Unicode ? ('━', '─') : ('#', '-');
        return style.Paint(Paint.Green, new string(full, filled)) + style.Paint(Paint.Faint, new string(empty, width - filled));
    }

    // 99.96 % is not 100 %: only what is complete says so.
    static string Percent(double share) => share >= 1 ? "100%" : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 100),3}%");
}
