using System.Text.Json;
using System.Text.Json.Serialization;

namespace SimReconciliation.Carrier;

/// <summary>A frozen view of the carrier's SIMs: it can be read page by page until it expires.</summary>
internal sealed record Snapshot(string Id, int Count, DateTimeOffset ExpiresAt);

/// <summary>A page of raw records: a malformed one must not spoil its neighbours, so each is read on its own.</summary>
internal sealed record RawPage(JsonElement[] Items, string? Next);

/// <summary>"We have taken this SIM over", with the key that makes a repetition harmless: it ends in <c>/{iccid}</c>.</summary>
internal sealed record Confirmation(string Iccid, string Key);

/// <summary>How many of the confirmations were new, and how many repeated a key that the carrier already had.</summary>
internal sealed record ConfirmationReceipt(int Applied, int Repeated);

/// <summary>The result of a reconciliation, told to the carrier.</summary>
internal sealed record Report(string SnapshotId, long Done, long Quarantined);

internal sealed record ReportReceipt(bool Repeated);

/// <summary>The carrier's books: what was asked of it, and what was asked more than once.</summary>
/// <remarks>
/// <c>Since</c> is what the carrier did to its clients since its process started; <c>Scopes</c> are the confirmations by the part
/// of their key before the last slash: one for each run of a client.
/// </remarks>
internal sealed record CarrierAudit(
    long Seed, int Sims, int Malformed, int Snapshots, int Reports, int ReportsRepeated, TrafficCounts Since, ScopeAudit[] Scopes);

/// <summary>Requests that the carrier refused or spoiled since its process started.</summary>
internal sealed record TrafficCounts(long Requests, long Throttled, long QuotaRefused, long Errors, long Cuts, long Hangs, long Slow);

/// <summary>The confirmations under one scope.</summary>
/// <param name="Scope">What stands before the last slash of the keys.</param>
/// <param name="Received">Confirmations received, repetitions included.</param>
/// <param name="Distinct">SIMs confirmed.</param>
/// <param name="Repeated">Received more than once: work that the client did again.</param>
/// <param name="AnswersLost">Received, but the carrier cut the connection before its answer: their repetition is its own fault.</param>
/// <param name="Most">The most that one SIM was confirmed.</param>
internal sealed record ScopeAudit(string Scope, long Received, int Distinct, long Repeated, long AnswersLost, int Most);

/// <summary>A refusal (RFC 9457).</summary>
internal sealed record Problem(string Type, string Title, int Status, string Detail)
{
    public const string MediaType = "application/problem+json";
    public const string QuotaExhausted = "urn:carrier:quota-exhausted";
    public const string Throttled = "urn:carrier:throttled";
    public const string SnapshotExpired = "urn:carrier:snapshot-expired";
    public const string BadRequest = "urn:carrier:bad-request";

    /// <summary>When the quota is whole again.</summary>
    [JsonPropertyName("resets_at"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ResetsAt { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Sim))]
[JsonSerializable(typeof(Snapshot))]
[JsonSerializable(typeof(RawPage))]
[JsonSerializable(typeof(Confirmation[]))]
[JsonSerializable(typeof(IReadOnlyList<Confirmation>))]
[JsonSerializable(typeof(ConfirmationReceipt))]
[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(ReportReceipt))]
[JsonSerializable(typeof(CarrierAudit))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class CarrierJson : JsonSerializerContext;
