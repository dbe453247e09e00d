using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tidemark.Storage;

namespace Tidemark.Seams;

/// <summary>What the stages are given from outside: the whole of the engine's world. The simulator gives its own.</summary>
internal sealed class EngineParts
{
    public required IJobStore Store { get; init; }
    public required TimeProvider Time { get; init; }
    public required IEntropy Entropy { get; init; }
    public required TidemarkOptions Options { get; init; }
    public required JobCatalog Catalog { get; init; }

    /// <summary>Null where handlers need no services (the simulator).</summary>
    public required IServiceScopeFactory? Scopes { get; init; }
    public required ILoggerFactory Loggers { get; init; }
    public required Lanes Lanes { get; init; }

    public byte[] ToJson<T>(T value, int limit, string what)
    {
        byte[] json;
        try
        {
            json = JsonSerializer.SerializeToUtf8Bytes(value, Options.Json);
        }
        catch (Exception fault) when (fault is NotSupportedException or JsonException or InvalidOperationException)
        {
            throw new JobFaultException($"{what} cannot be written as JSON: {fault.Message} Give the type public settable members or a converter in TidemarkOptions.Json.", fault);
        }

        return json.Length <= limit
            ? json
            : throw new JobFaultException($"{what} takes {json.Length:N0} bytes as JSON; the limit is {limit:N0}. Store it elsewhere and keep a reference, or raise TidemarkOptions.{(what.StartsWith("The cursor", StringComparison.Ordinal) ? nameof(TidemarkOptions.MaxCursorBytes) : nameof(TidemarkOptions.MaxPayloadBytes))}.");
    }

    public T FromJson<T>(ReadOnlySpan<byte> json, string what)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options.Json)!;
        }
        catch (Exception fault) when (fault is NotSupportedException or JsonException or InvalidOperationException)
        {
            throw new JobFaultException($"{what} cannot be read as {typeof(T).Name}: {fault.Message} The stored JSON is kept as it is; deploy code that reads it, then retry the job.", fault);
        }
    }
}
