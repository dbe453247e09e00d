using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SimReconciliation.Carrier;

/// <summary>Opens a snapshot and reads it, page by page.</summary>
internal static class SnapshotEndpoints
{
    private const int LargestPage = 1_000;
    private const string CursorPrefix = "after:";

    public static void MapSnapshots(this IEndpointRouteBuilder app, CarrierOptions options)
    {
        app.MapPost("/snapshots", (HttpRequest request, CarrierBooks books) =>
        {
            var key = request.Headers["Idempotency-Key"].ToString();
            if (Refusal.FaultOfKey(key) is { } fault)
                return Refusal.BadRequest(fault);
            var (snapshot, repeated) = books.OpenSnapshot(key, options.SnapshotLife);
            return Results.Json(snapshot, CarrierJson.Default.Snapshot, statusCode: repeated ? 200 : 201);
        });
        app.MapGet("/snapshots/{id}/sims", (string id, string? cursor, int? limit, CarrierBooks books) =>
        {
            if (!books.CanRead(id))
                return Refusal.Of(new(Problem.SnapshotExpired, "Snapshot gone", 410, $"'{id}' is unknown or has expired: open another one."));
            if (limit is < 1 or > LargestPage)
                return Refusal.BadRequest($"limit is {limit}: give 1 to {LargestPage}.");
            if (!TryReadCursor(cursor, books.Truth.Sims, out var from))
                return Refusal.BadRequest($"cursor '{cursor}' is not one of this carrier's: begin without one.");
            return Results.Bytes(Page(books.Truth, from, limit ?? 200), "application/json");
        });
    }

    private static byte[] Page(SimTruth truth, int from, int limit)
    {
        var to = Math.Min(truth.Sims, from + limit);
        var buffer = new ArrayBufferWriter<byte>(limit * 160);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartArray("items");
        for (var index = from; index < to; index++)
            WriteRecord(json, truth, index);
        json.WriteEndArray();
        json.WriteString("next", to < truth.Sims ? CursorAfter(to) : null);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteRecord(Utf8JsonWriter json, SimTruth truth, int index)
    {
        if (!truth.Malformed.TryGetValue(index, out var malformation))
        {
            JsonSerializer.Serialize(json, truth.At(index), CarrierJson.Default.Sim);
            return;
        }

        var record = (JsonObject)JsonSerializer.SerializeToNode(truth.At(index), CarrierJson.Default.Sim)!;
        malformation.Break(record);
        record.WriteTo(json);
    }

    private static string CursorAfter(int index) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(CursorPrefix + index));

    private static bool TryReadCursor(string? cursor, int sims, out int from)
    {
        from = 0;
        if (string.IsNullOrEmpty(cursor))
            return true;
        if (!Base64Url.IsValid(cursor))
            return false;
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return text.StartsWith(CursorPrefix, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(CursorPrefix.Length), out from)
            && from >= 0 && from < sims;
    }
}
