using Tidemark.Cli.Output;

namespace Tidemark.Cli.Reports;

/// <summary>Columns in line, no frames: it is read by people and by awk.</summary>
internal static class Table
{
    const int WidestCell = 80;
    const string Gap = "  ";

    internal static void Write(TextWriter output, string[] titles, IEnumerable<string[]> rows)
    {
        var all = rows.Select(row => Array.ConvertAll(row, cell => Columns.Fit(cell, WidestCell, "…"))).Prepend(titles).ToList();
        var widths = titles.Select((_, column) => all.Max(row => Columns.Of(row[column]))).ToArray();
        foreach (var row in all) output.WriteLine(string.Join(Gap, row.Select((cell, column) => cell + new string(' ', widths[column] - Columns.Of(cell)))).TrimEnd());
    }

    /// <summary>Without line ends and control characters: an escape sequence in somebody's error must not reach the terminal.</summary>
    internal static string OneLine(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
}
