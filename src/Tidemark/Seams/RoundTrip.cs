using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tidemark.Seams;

/// <summary>
/// Does a type come back from JSON as it was? Asked before anything is done with it: of arguments at start, of results, cursors and items where
/// they are first met. A field that JSON leaves out is lost in silence, and found out only after a crash.
/// </summary>
internal sealed class RoundTrip(JsonSerializerOptions json)
{
    readonly HashSet<Type> seen = [];

    /// <summary>Null if it does; else what would be lost and how to mend it, to follow the type's name.</summary>
    public static string? Fault(Type type, JsonSerializerOptions json)
    {
        try
        {
            return new RoundTrip(json).Walk(type);
        }
        catch (Exception fault) when (fault is NotSupportedException or InvalidOperationException or JsonException)
        {
            return $"cannot be JSON: {fault.Message}";
        }
    }

    /// <summary>As people write it: <c>List&lt;String&gt;</c>.</summary>
    public static string NameOf(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
        : type.Name;

    string? Walk(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type; // a nullable struct shows how it is made on the struct alone
        if (!seen.Add(type) || type == typeof(object)) return null;
        var info = json.GetTypeInfo(type);
        if (Probe(info.Kind) is { } probe && !CanRead(probe, type)) return $"cannot be JSON: {NameOf(type)} is not supported by System.Text.Json. Use a record of plain values, or give TidemarkOptions.Json a converter.";
        if (info.Kind == JsonTypeInfoKind.Object && OfObject(info) is { } fault) return fault;
        foreach (var part in Parts(info))
            if (Walk(part) is { } nested) return nested;
        return null;
    }

    static IEnumerable<Type> Parts(JsonTypeInfo info)
    {
        foreach (var derived in info.PolymorphismOptions?.DerivedTypes ?? []) yield return derived.DerivedType;
        if (info.KeyType is { } key) yield return key;
        if (info.ElementType is { } element) yield return element;
        if (info.Kind != JsonTypeInfoKind.Object) yield break;
        foreach (var member in info.Properties)
            if (member is { Get: not null, CustomConverter: null, IsExtensionData: false }) yield return member.PropertyType;
    }

    string? OfObject(JsonTypeInfo info)
    {
        var type = info.Type;
        if (info.CreateObject is null && info.PolymorphismOptions is null && !info.Properties.Any(member => member.AssociatedParameter is not null))
            return $"cannot be read back from JSON: {NameOf(type)} has no public constructor{(type.IsAbstract ? ", for it is abstract" : "")}. Make it a record or give it one, name its derived types, or give TidemarkOptions.Json a converter.";
        return LostField(info) is { } field ? Lost(type, field, "a field, which JSON leaves out. Use a record in its place, or set IncludeFields in TidemarkOptions.Json")
            : info.Properties.FirstOrDefault(IsLost) is { } member ? Lost(type, MemberOf(member), "written, but not read back: it has no setter that JSON may use. Give it a public one or init, a constructor parameter of its name, or [JsonIgnore]")
            : null;
    }

    static string Lost(Type type, string member, string why) => $"would lose {NameOf(type)}.{member}: it is {why}.";

    string? LostField(JsonTypeInfo info)
    {
        var kept = info.Properties.Select(MemberOf).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return json.IncludeFields ? null : info.Type.GetFields(BindingFlags.Public | BindingFlags.Instance)
            .FirstOrDefault(field => !kept.Contains(field.Name) && field.GetCustomAttribute<JsonIgnoreAttribute>() is null)?.Name;
    }

    // What is computed from the rest need not be read back; what has a place of its own must be.
    bool IsLost(JsonPropertyInfo member)
    {
        if (member.Get is null || member.Set is not null || member.AssociatedParameter is not null || member.IsExtensionData) return false;
        if ((member.ObjectCreationHandling ?? json.PreferredObjectCreationHandling) == JsonObjectCreationHandling.Populate) return false;
        return member.AttributeProvider is PropertyInfo { DeclaringType: { } owner } property
            && (property.SetMethod is not null || owner.GetField($"<{property.Name}>k__BackingField", BindingFlags.NonPublic | BindingFlags.Instance)?.GetCustomAttribute<CompilerGeneratedAttribute>() is not null);
    }

    static string MemberOf(JsonPropertyInfo member) => (member.AttributeProvider as MemberInfo)?.Name ?? member.Name;

    // Types that are refused only when a value is met: what is asked of them here runs no constructor of the user's.
    static string? Probe(JsonTypeInfoKind kind) => kind switch
    {
        JsonTypeInfoKind.None => "0",
        JsonTypeInfoKind.Enumerable => "[]",
        JsonTypeInfoKind.Dictionary => "{}",
        _ => null,
    };

    bool CanRead(string probe, Type type)
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
