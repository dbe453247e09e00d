using System.Globalization;
using Tidemark.TortureHost.Serve;

namespace Tidemark.IntegrationTests.Crash.Checks;

/// <summary>One line of a journal.</summary>
internal sealed record Entry(long At, string What, string Token, string Run, string More);

/// <summary>One accepted write of a handler, in the order of its acceptance.</summary>
internal sealed record Written(string Token, string Run, int Item);

/// <summary>
/// What all processes together have done, by their own account: their journals in one order, and what the handlers have written to tables of
/// their own. Nothing in it is the engine's word.
/// </summary>
internal sealed class History
{
    /// <summary>Of all journals, by time.</summary>
    public required IReadOnlyList<Entry> Entries { get; init; }

    /// <summary>By the handlers, in the transaction of their success.</summary>
    public required IReadOnlyList<Written> Done { get; init; }

    /// <summary>By the handlers, in the transactions of their checkpoints.</summary>
    public required IReadOnlyList<Written> Effects { get; init; }

    public static History Read(CrashStore store, string journals) => new()
    {
        Entries = [.. Journal.Files(journals).SelectMany(ReadLines).OrderBy(entry => entry.At)],
        Done = Rows(store, "SELECT token, run, 0 FROM mix_done ORDER BY number"),
        Effects = Rows(store, "SELECT token, run, item FROM mix_effect ORDER BY number"),
    };

    public IEnumerable<Entry> Of(string what) => Entries.Where(entry => entry.What == what);

    public HashSet<string> Tokens(string what) => [.. Of(what).Select(entry => entry.Token)];

    /// <summary>Kind and number of items that were asked for under each token.</summary>
    public Dictionary<string, (string Kind, int Items)> Asked() => Of("asked").GroupBy(entry => entry.Token).ToDictionary(
        group => group.Key,
        group => group.First().More.Split(':') is [var kind, var items] ? (kind, int.Parse(items, CultureInfo.InvariantCulture)) : ("", 0));

    // A killed process may have left half a line.
    static IEnumerable<Entry> ReadLines(string file) => File.ReadAllText(file).Split('\n')[..^1]
        .Select(line => line.Split(' '))
        .Select(parts => new Entry(long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], parts[2], parts[3], parts[4]));

    static List<Written> Rows(CrashStore store, string sql) => store.Read(sql, row => new Written(row.GetString(0), row.GetString(1), row.GetInt32(2)));
}
