using System.Text;
using System.Text.Json.Serialization;
using Tidemark.Running;

namespace Tidemark;

/// <summary>One line of an input, byte for byte, without its line end. As JSON it keeps its bytes also where they are not UTF-8.</summary>
[JsonConverter(typeof(InputLineJson))]
public sealed class InputLine
{
    string? text;

    /// <summary>Creates a line.</summary>
    /// <param name="bytes">The bytes without the line end; not copied.</param>
    /// <param name="number">The number of the line in its file, from 1.</param>
    public InputLine(ReadOnlyMemory<byte> bytes, long number) => (Bytes, Number) = (bytes, number);

    /// <summary>The bytes as they were read, without LF or CRLF.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The bytes as UTF-8; what is not UTF-8 shows as U+FFFD, and only <see cref="Bytes"/> has it exactly.</summary>
    public string Text => text ??= Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>The number of the line in its file, from 1, empty lines counted.</summary>
    public long Number { get; }

    /// <summary>The text.</summary>
    public override string ToString() => Text;
}
