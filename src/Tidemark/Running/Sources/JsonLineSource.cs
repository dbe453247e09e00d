using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tidemark.Running;

internal sealed class JsonLineSource<T>(string path, Func<T, string> key, JsonSerializerOptions json, LineOptions options) : Source<T, LinePosition>
{
    readonly JsonTypeInfo<T> type = (JsonTypeInfo<T>)json.GetTypeInfo(typeof(T));

    public override async ValueTask<SourceReader<T, LinePosition>> OpenAsync(SourceStart<LinePosition> start, CancellationToken cancellationToken) =>
        new JsonLineReader<T>(await LineFile.OpenAsync(path, options, skipsBlanks: true, start, cancellationToken), key, type);
}

internal sealed class JsonLineReader<T>(LineFile file, Func<T, string> key, JsonTypeInfo<T> type) : SourceReader<T, LinePosition>
{
    public override long? Count => file.Count;
    public override string? Fingerprint => file.Fingerprint;

    public override bool TryRead(out SourceItem<T, LinePosition> item)
    {
        item = default;
        if (!file.TryNext(out var line)) return false;
        try
        {
            var value = JsonSerializer.Deserialize(line, type);
            if (value is null) item = Broken(line, "is null", null);
            else if (key(value) is { Length: > 0 } found) item = new(found, value, file.Position);
            else item = Broken(line, "has no key", null);
        }
        catch (JsonException e)
        {
            item = Broken(line, $"is not the JSON of a {typeof(T).Name}: {e.Message}", e);
        }
        catch (Exception e) when (e is not (NotSupportedException or OutOfMemoryException))
        {
            // A constructor or a key function that chokes on this value: the fault is the line's, not the file's.
            item = Broken(line, $"makes no {typeof(T).Name} with a key: {e.Message}", e);
        }
        return true;
    }

    public override ValueTask<bool> FillAsync(CancellationToken cancellationToken) => file.FillAsync(cancellationToken);

    public override ValueTask DisposeAsync()
    {
        file.Dispose();
        return base.DisposeAsync();
    }

    /// <summary>Known by its place, since it has no key: the offset stays the same as long as the file does.</summary>
    SourceItem<T, LinePosition> Broken(ReadOnlySpan<byte> line, string how, Exception? cause) => new($"offset:{file.LineOffset}", default!, file.Position)
    {
        Fault = new QuarantineItemException($"Line {file.Position.Number} of {file.Name} {how}", cause),
        RawPayload = line.ToArray(),
    };
}
