using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tidemark.Scheduling;
using Tidemark.Storage;

namespace Tidemark.Seams;

/// <summary>What the stages are given from outside: the whole of the engine's world. The simulator gives its own.</summary>
internal sealed class EngineParts
{
    readonly ConcurrentDictionary<Type, string?> roundTrips = new();
    JsonSerializerOptions? json;
    Turns? turns;

    public required IJobStore Store { get; init; }
    public required TimeProvider Time { get; init; }
    public required IEntropy Entropy { get; init; }
    public required TidemarkOptions Options { get; init; }
    public required JobCatalog Catalog { get; init; }

    /// <summary>What this process declares, by name.</summary>
    public IReadOnlyDictionary<string, ScheduleDeclaration> Schedules { get; set; } = FrozenDictionary<string, ScheduleDeclaration>.Empty;

    /// <summary>Who is told what needs a person.</summary>
    public IReadOnlyList<IAlertSink> AlertSinks { get; set; } = [];

    /// <summary>What this worker knows of the others.</summary>
    public Turns Turns => turns ??= new(Time);

    /// <summary>Null where nothing is measured (the simulator).</summary>
    public Instruments? Instruments { get; init; }

    /// <summary>Null where handlers need no services (the simulator).</summary>
    public required IServiceScopeFactory? Scopes { get; init; }

    /// <summary>They throw nothing.</summary>
    public required ILoggerFactory Loggers { get; init => field = SteadyLoggers.Around(value); }
    public required Lanes Lanes { get; init; }

    /// <summary>The user's options, completed: all JSON of the engine goes by them.</summary>
    public JsonSerializerOptions Json => json ??= EngineJson.Complete(Options.Json);

    /// <summary>Null if the type comes back from JSON as it was; else what would be lost, to follow the type's name.</summary>
    public string? RoundTripFault(Type type) => roundTrips.GetOrAdd(type, static (asked, parts) => parts.Options.Json is null ? null : RoundTrip.Fault(asked, parts.Json), this);

    /// <summary>Refuses what would be lost in JSON before anything is done with it.</summary>
    public void DemandRoundTrip(Type type, Func<string> what)
    {
        if (RoundTripFault(type) is { } fault) throw new JobFaultException($"{what()} has the type {RoundTrip.NameOf(type)}, which {fault}");
    }

    public byte[] ToJson<T>(T value, int limit, string what)
    {
        byte[] made;
        try
        {
            made = JsonSerializer.SerializeToUtf8Bytes(value, Json);
        }
        catch (Exception fault) when (fault is NotSupportedException or JsonException or InvalidOperationException)
        {
            throw new JobFaultException($"{what} cannot be written as JSON: {fault.Message} Give the type public settable members or a converter in TidemarkOptions.Json.", fault);
        }

        return made.Length <= limit
            ? made
            : throw new JobFaultException($"{what} takes {made.Length:N0} bytes as JSON; the limit is {limit:N0}. Store it elsewhere and keep a reference, or raise TidemarkOptions.{(what.StartsWith("The cursor", StringComparison.Ordinal) ? nameof(TidemarkOptions.MaxCursorBytes) : nameof(TidemarkOptions.MaxPayloadBytes))}.");
    }

    public T FromJson<T>(ReadOnlySpan<byte> given, string what)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(given, Json)!;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException) // a constructor or a converter of the user's may throw anything, and the same again next time
        {
            throw new JobFaultException($"{what} cannot be read as {typeof(T).Name}: {fault.Message} The stored JSON is kept as it is; deploy code that reads it, then retry the job.", fault);
        }
    }
}
