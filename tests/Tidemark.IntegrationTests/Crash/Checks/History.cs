using System.Globalization;
using Microsoft.Data.Sqlite;
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

    public static History Read(string folder, string? journals = null) => new()
    {
        Entries = [.. Journal.Files(journals ?? folder).SelectMany(ReadLines).OrderBy(entry => entry.At)],
        Done = Rows(folder, "SELECT token, run, 0 FROM mix_done ORDER BY rowid"),
        Effects = Rows(folder, "SELECT token, run, item FROM mix_effect ORDER BY rowid"),
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

    static List<Written> Rows(string folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={ServeMode.Database(folder)};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<Written>();
        while (reader.Read()) rows.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt32(2)));
        return rows;
    }
}
