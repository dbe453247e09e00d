using System.Globalization;
using System.Text;

namespace Tidemark.Cli.Output;

/// <summary>One line for a log file: an instant, the run, where it stands, then <c>name=value</c> pairs, in ASCII but for names and reasons.</summary>
internal static class PlainText
{
    internal static string Render(RunSnapshot run)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{run.Now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss}Z {run.Name} {run.Phase.ToString().ToLowerInvariant()}");
        if (run.Phase == RunPhase.Reading && run.InputBytes is { } bytes) Add(line, "input_bytes", bytes);
        if (run.Phase == RunPhase.Reading) return line.ToString();
        Add(line, "done", run.Done);
        if (run.Total is { } total) Add(line, "total", total);
        if (run.Quarantined > 0) Add(line, "quarantined", run.Quarantined);
        if (run.GivenUp > 0) Add(line, "given_up", run.GivenUp);
        if (run.Retried > 0) Add(line, "retried", run.Retried);
        if (run.Rate is { } rate) line.Append(CultureInfo.InvariantCulture, $" rate={rate:0.##}/s");
        if (run.Eta is { } eta) line.Append(CultureInfo.InvariantCulture, $" eta={Eta(Durations.Format(eta.Low), Durations.Format(eta.High))}");
        line.Append(CultureInfo.InvariantCulture, $" redo<={run.Redo.Items}");
        if (run.Redo is { Items: > 0, Time: { } time }) line.Append(CultureInfo.InvariantCulture, $" redo_time<={Durations.Format(time)}");
        if (run.ParkedUntil is { } until) line.Append(CultureInfo.InvariantCulture, $" until={until.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss}Z");
        if (run.Reason is { } reason) Quote(line, "reason", reason);
        if (run.Failure is { } failure) Quote(line, "last", $"{failure.Item}: {failure.Error}");
        return line.ToString();
    }

    static string Eta(string low, string high) => low == high ? low : $"{low}..{high}";

    static void Add(StringBuilder line, string name, long value) => line.Append(CultureInfo.InvariantCulture, $" {name}={value}");

    static void Quote(StringBuilder line, string name, string text)
    {
        line.Append(CultureInfo.InvariantCulture, $" {name}=\"");
        foreach (var letter in text)
        {
            if (letter is '"' or '\\') line.Append('\\');
            line.Append(char.IsControl(letter) ? ' ' : letter);
        }
        line.Append('"');
    }
}
