using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tidemark.Hosting;

/// <summary>Can this type be written and read as JSON? Asked at start, so that no job is ever accepted that cannot run.</summary>
internal static class RoundTrip
{
    public static string? Fault(Type type, JsonSerializerOptions json)
    {
        try
        {
            var info = json.GetTypeInfo(type);
            // Types without a contract of their own (primitives, collections) always round-trip; an object needs a way to be made.
            if (info.Kind == JsonTypeInfoKind.Object && info.CreateObject is null && type.GetConstructors().Length == 0 && !type.IsValueType)
                return $"the arguments' type {type.Name} has no public constructor, so it cannot be read back. Make it a record or give it one.";
            return Probe(info.Kind) is { } probe && !CanRead(probe, type, json) ? $"the arguments' type {type.Name} cannot be JSON: it is not supported by System.Text.Json. Use a record of plain values, or give TidemarkOptions.Json a converter." : null;
        }
        catch (Exception fault) when (fault is NotSupportedException or InvalidOperationException or JsonException)
        {
            return $"the arguments' type {type.Name} cannot be JSON: {fault.Message}";
        }
    }

    // Types that are refused only when a value is met: what is asked of them here runs no constructor of the user's.
    static string? Probe(JsonTypeInfoKind kind) => kind switch
    {
        JsonTypeInfoKind.None => "0",
        JsonTypeInfoKind.Enumerable => "[]",
        JsonTypeInfoKind.Dictionary => "{}",
        _ => null,
    };

    static bool CanRead(string probe, Type type, JsonSerializerOptions json)
    {
        try
        {
            JsonSerializer.Deserialize(probe, type, json);
            return true;
        }
        catch (Exception fault)
        {
            return fault is not NotSupportedException; // a number may be no value of it: that is no fault of the type
        }
    }
}
