using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tidemark.Cli.Output;

/// <summary>One object a line, for programs. Names are never removed; what is not known is left out.</summary>
internal static class JsonText
{
    // The lines go to a stream, not into a page: there is no need to escape what only HTML minds.
    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="run">What is shown.</param>
    /// <param name="type"><c>progress</c>, <c>state</c> for a change of phase, <c>end</c> for the last.</param>
    /// <param name="exitCode">With <c>end</c>: what the process ends with.</param>
    internal static string Render(RunSnapshot run, string type, int? exitCode = null) => Write(json =>
    {
        json.WriteString("type", type);
        json.WriteString("at", run.Now.UtcDateTime);
        json.WriteString("run", run.Name);
        json.WriteString("phase", run.Phase.ToString().ToLowerInvariant());
        json.WriteNumber("done", run.Done);
        if (run is { Phase: RunPhase.Reading, InputBytes: { } bytes }) json.WriteNumber("input_bytes", bytes);
        if (run.Total is { } total) json.WriteNumber("total", total);
        json.WriteNumber("quarantined", run.Quarantined);
        json.WriteNumber("retried", run.Retried);
        json.WriteNumber("in_flight", run.InFlight);
        if (run.GivenUp > 0) json.WriteNumber("given_up", run.GivenUp);
        if (run.Rate is { } rate) json.WriteNumber("rate_per_s", Math.Round(rate, 3));
        WriteEta(json, run.Eta);
        WriteRedo(json, "redo", run.Redo);
        if (run.Bound is { } bound) WriteRedo(json, "bound", bound);
        WriteFailure(json, run.Failure);
        if (run.ParkedUntil is { } until) json.WriteString("due_at", until.UtcDateTime);
        if (run.Reason is { } reason) json.WriteString("reason", reason);
        if (exitCode is { } code) json.WriteNumber("exit", code);
    });

    /// <summary>Something to tell that is not a state: the same words as a person would read.</summary>
    internal static string Message(string run, DateTimeOffset at, string text) => Write(json =>
    {
        json.WriteString("type", "message");
        json.WriteString("at", at.UtcDateTime);
        json.WriteString("run", run);
        json.WriteString("text", text);
    });

    /// <summary>What a command said on standard error, and what a failed try wrote at all.</summary>
    internal static string Said(string run, DateTimeOffset at, string text) => Write(json =>
    {
        json.WriteString("type", "command");
        json.WriteString("at", at.UtcDateTime);
        json.WriteString("run", run);
        json.WriteString("text", text);
    });

    /// <summary>A line that a dry run would run.</summary>
    internal static string WouldRun(string run, long line, string text) => Write(json =>
    {
        json.WriteString("type", "line");
        json.WriteString("run", run);
        json.WriteNumber("line", line);
        json.WriteString("text", text);
    });

    /// <summary>What a dry run found in all.</summary>
    internal static string DryRun(string run, long total, long left) => Write(json =>
    {
        json.WriteString("type", "dry_run");
        json.WriteString("run", run);
        json.WriteNumber("total", total);
        json.WriteNumber("to_run", left);
    });

    static string Write(Action<Utf8JsonWriter> body)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    static void WriteEta(Utf8JsonWriter json, EtaRange? eta)
    {
        if (eta is not { } range) return;
        json.WriteNumber("left_low_s", Math.Round(range.Low.TotalSeconds));
        json.WriteNumber("left_high_s", Math.Round(range.High.TotalSeconds));
    }

    static void WriteRedo(Utf8JsonWriter json, string name, Redo redo)
    {
        json.WriteNumber($"{name}_items", redo.Items);
        if (redo.Time is { } time) json.WriteNumber($"{name}_s", Math.Round(time.TotalSeconds, 3));
    }

    static void WriteFailure(Utf8JsonWriter json, LastFailure? failure)
    {
        if (failure is null) return;
        json.WriteString("last_failure", $"{failure.Item}: {failure.Error}");
        json.WriteString("last_failure_at", failure.At.UtcDateTime);
    }
}
