using System.Text.Json;

namespace Tidemark;

/// <summary>An item that was set aside: with its error and its payload, replayable alone.</summary>
public sealed record QuarantinedItem
{
    internal QuarantinedItem(JsonSerializerOptions json) => this.json = json;

    readonly JsonSerializerOptions json;

    /// <summary>Its number in the store: names it to replay or drop it alone, here and on the command line.</summary>
    public required long Id { get; init; }

    /// <summary>The stream that it belongs to.</summary>
    public required string Stream { get; init; }

    /// <summary>Its key.</summary>
    public required string Key { get; init; }

    /// <summary>Why it was set aside: the last error.</summary>
    public required string Error { get; init; }

    /// <summary>How often it was tried.</summary>
    public required int Failures { get; init; }

    /// <summary>When it was set aside, by the store's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The item as UTF-8 JSON, or, if it could not be made from what was read, the bytes that were read.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The item.</summary>
    /// <typeparam name="T">One item of the stream.</typeparam>
    /// <exception cref="JsonException">The payload is something else.</exception>
    public T? Item<T>() => JsonSerializer.Deserialize<T>(Payload.Span, json);
}
