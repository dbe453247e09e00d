using System.Text.Json;

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
            if (info.Kind == System.Text.Json.Serialization.Metadata.JsonTypeInfoKind.Object && info.CreateObject is null && type.GetConstructors().Length == 0 && !type.IsValueType)
                return $"the arguments' type {type.Name} has no public constructor, so it cannot be read back. Make it a record or give it one.";
            return null;
        }
        catch (Exception fault) when (fault is NotSupportedException or InvalidOperationException or JsonException)
        {
            return $"the arguments' type {type.Name} cannot be JSON: {fault.Message}";
        }
    }
}
