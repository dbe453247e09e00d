using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Tidemark.Running;

/// <summary>A line as <c>{"number":7,"text":"…"}</c>, which people can read, or with <c>"base64"</c> where the bytes are not UTF-8.</summary>
internal sealed class InputLineJson : JsonConverter<InputLine>
{
    public override void Write(Utf8JsonWriter writer, InputLine value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("number"u8, value.Number);
        if (Utf8.IsValid(value.Bytes.Span)) writer.WriteString("text"u8, value.Bytes.Span);
        else writer.WriteBase64String("base64"u8, value.Bytes.Span);
        writer.WriteEndObject();
    }

    public override InputLine Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException($"A line is an object with number and text, not {reader.TokenType}.");
        long number = 0;
        byte[]? bytes = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isNumber = reader.ValueTextEquals("number"u8);
            var isText = reader.ValueTextEquals("text"u8);
            var isBase64 = reader.ValueTextEquals("base64"u8);
            reader.Read();
            if (isNumber) number = reader.GetInt64();
            else if (isText) bytes = Unescaped(ref reader);
            else if (isBase64) bytes = reader.GetBytesFromBase64();
            else reader.Skip();
        }
        return new(bytes ?? throw new JsonException("A line has neither text nor base64."), number);
    }

    static byte[] Unescaped(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException($"The text of a line is a string, not {reader.TokenType}.");
        var room = new byte[reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length];
        return room[..reader.CopyString(room)];
    }
}
