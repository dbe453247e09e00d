using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tidemark.Cli.Reports;

/// <summary>Where a command says what it found: data on standard output, as a table or an object a line; talk on standard error.</summary>
internal sealed class Report(TextWriter output, TextWriter error, bool json)
{
    static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    const int Widest = 13; // of the names beside values

    internal bool IsJson => json;

    /// <summary>A sentence for people; programs have the exit code and the data.</summary>
    internal void Say(string sentence) => error.WriteLine(sentence);

    /// <summary>What was done: a sentence for people, and an object for programs.</summary>
    internal void Did(Acted acted, string sentence)
    {
        Say(sentence);
        if (json) Object("action", acted, Acted.Fields);
    }

    internal void Line(string text) => output.WriteLine(text);

    /// <summary>The rows, each by the same fields: an object a line that says its type, or a table with the fields as columns.</summary>
    internal void Rows<T>(string type, IReadOnlyList<T> rows, Field<T>[] fields)
    {
        if (json)
        {
            foreach (var row in rows) Object(type, row, fields);
        }
        else if (rows.Count > 0) Table.Write(output, [.. fields.Where(field => field.Title is not null).Select(field => field.Title!)], rows.Select(row => Cells(row, fields)));
    }

    /// <summary>One object with all fields; the table's form is a name and a value a line.</summary>
    internal void One<T>(string type, T row, Field<T>[] fields)
    {
        if (json)
        {
            Object(type, row, fields);
            return;
        }
        foreach (var field in fields)
        {
            if (field.Title is not null && Shown(field.Value(row)) is { Length: > 0 } text) output.WriteLine($"{field.Title + ":",-Widest} {text}");
        }
    }

    void Object<T>(string type, T row, Field<T>[] fields)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, Relaxed))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            foreach (var field in fields)
            {
                if (field.Name is not null) JsonValues.Write(writer, field.Name, field.Value(row));
            }
            writer.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(bytes.WrittenSpan));
    }

    static string[] Cells<T>(T row, Field<T>[] fields) => [.. fields.Where(field => field.Title is not null).Select(field => Shown(field.Value(row)))];

    static string Shown(object? value) => value switch
    {
        null => "",
        DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'"),
        bool yes => yes ? "yes" : "no",
        TimeSpan time => Durations.Format(time),
        string[] many => string.Join(' ', many),
        long[] many => string.Join(' ', many),
        _ => Table.OneLine(value.ToString() ?? ""),
    };
}

/// <summary>One field of a row.</summary>
/// <param name="Name">In JSON, with the unit of a number that has one; never changes. Null: people only.</param>
/// <param name="Title">In a table; null: programs only.</param>
/// <param name="Value">Text, number, flag, instant, time or texts; null: not known, and left out.</param>
internal readonly record struct Field<T>(string? Name, string? Title, Func<T, object?> Value);
