using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tidemark.Seams;

/// <summary>
/// The user's options with what the engine needs beside them: the positions of its own sources. A source-generated context then has to
/// name the user's types only.
/// </summary>
internal static class EngineJson
{
    public static JsonSerializerOptions Complete(JsonSerializerOptions given)
    {
        // A copy: what the user gave may serve others too, and stays open to changes. Without a resolver it means the serializer's default one.
        var options = new JsonSerializerOptions(given);
        options.TypeInfoResolver = JsonTypeInfoResolver.Combine(given.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver(), PositionJson.Default, new OwnTypes());
        options.MakeReadOnly();
        return options;
    }

    /// <summary>Positions over a cursor type of the user's, which no context of ours can name: <see cref="PagePosition{TCursor}"/> and its like.</summary>
    sealed class OwnTypes : IJsonTypeInfoResolver
    {
        readonly DefaultJsonTypeInfoResolver reflection = new();

        public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) =>
            type.Assembly == typeof(EngineJson).Assembly ? reflection.GetTypeInfo(type, options) : null;
    }
}

/// <summary>What positions are made of.</summary>
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(long?))]
[JsonSerializable(typeof(ulong?))]
[JsonSerializable(typeof(Guid?))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(PagePosition<string>))]
internal sealed partial class PositionJson : JsonSerializerContext;
