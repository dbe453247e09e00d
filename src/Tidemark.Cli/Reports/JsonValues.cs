using System.Text.Json;

namespace Tidemark.Cli.Reports;

/// <summary>Values as programs get them: instants in RFC 3339 UTC, times in seconds; what is not known is left out.</summary>
internal static class JsonValues
{
    internal static void Write(Utf8JsonWriter writer, string name, object? value)
    {
        switch (value)
        {
            case null: break;
            case bool yes: writer.WriteBoolean(name, yes); break;
            case long number: writer.WriteNumber(name, number); break;
            case int number: writer.WriteNumber(name, number); break;
            case double number: writer.WriteNumber(name, Math.Round(number, 3)); break;
            case DateTimeOffset at: writer.WriteString(name, at.UtcDateTime); break;
            case TimeSpan time: writer.WriteNumber(name, Math.Round(time.TotalSeconds, 3)); break;
            case long[] many:
                writer.WriteStartArray(name);
                foreach (var one in many) writer.WriteNumberValue(one);
                writer.WriteEndArray();
                break;
            case string[] many:
                writer.WriteStartArray(name);
                foreach (var one in many) writer.WriteStringValue(one);
                writer.WriteEndArray();
                break;
            default: writer.WriteString(name, value.ToString()); break;
        }
    }
}
