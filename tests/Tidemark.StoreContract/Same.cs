using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Xunit;

namespace Tidemark.StoreContract;

/// <summary>
/// Compares whole records, every property of them, in order: a property that a store forgets, or that is added and not filled,
/// turns a test red without anybody naming it.
/// </summary>
internal static class Same
{
    static readonly JsonSerializerOptions Written = new()
    {
        WriteIndented = true,
        IncludeFields = true,
        Converters = { new BytesAsText(), new JsonStringEnumConverter() },
    };

    public static void As<T>(T expected, T actual) => Assert.Equal(Text(expected), Text(actual));

    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Written);

    // Payloads are JSON here: shown as text they make a readable difference.
    sealed class BytesAsText : JsonConverter<byte[]>
    {
        public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) => writer.WriteStringValue(Encoding.UTF8.GetString(value));
    }
}
