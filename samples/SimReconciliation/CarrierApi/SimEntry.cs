using System.Globalization;
using System.Text.Json;
using SimReconciliation.Carrier;

namespace SimReconciliation.CarrierApi;

/// <summary>One page of a snapshot.</summary>
/// <param name="Items">The records, raw.</param>
/// <param name="Next">The cursor of the next page, null after the last one.</param>
internal sealed record SimPage(IReadOnlyList<SimEntry> Items, string? Next);

/// <summary>A record as the carrier sent it: its key can be read even when the rest cannot.</summary>
/// <param name="Iccid">The item's key, as sent: its check digit may be wrong.</param>
/// <param name="Record">The whole record.</param>
internal sealed record SimEntry(string Iccid, JsonElement Record)
{
    public static SimEntry Of(JsonElement record) => new(
        record.ValueKind == JsonValueKind.Object && record.TryGetProperty("iccid", out var iccid) && iccid.ValueKind == JsonValueKind.String
            ? iccid.GetString()!
            : throw new CarrierUnavailableException($"The carrier's page holds a record without an iccid: {record.GetRawText()}"),
        record);

    /// <summary>Reads and checks every field.</summary>
    /// <exception cref="MalformedSimException">A field is missing or makes no sense.</exception>
    public Sim Read()
    {
        if (!Carrier.Iccid.IsValid(Iccid))
            throw new MalformedSimException(Iccid, "its check digit is wrong or it is not 19 digits long");
        var msisdn = Text("msisdn");
        if (msisdn.Length is < 8 or > 15 || msisdn.Any(c => !char.IsAsciiDigit(c)))
            throw new MalformedSimException(Iccid, $"msisdn '{msisdn}' is not a telephone number of 8 to 15 digits");
        var status = Text("status");
        if (!Sim.Statuses.Contains(status))
            throw new MalformedSimException(Iccid, $"status '{status}' is none of {string.Join(", ", Sim.Statuses)}");
        return new Sim(Iccid, msisdn, Text("plan"), status, Megabytes("dataUsedMb"), Day("activatedOn"));
    }

    private string Text(string field) =>
        Field(field) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Bad(field, "a text");

    private long Megabytes(string field) =>
        Field(field) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) && number >= 0
            ? number
            : throw Bad(field, "a whole number of megabytes");

    private DateOnly Day(string field) =>
        DateOnly.TryParseExact(Text(field), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : throw Bad(field, "a day");

    private JsonElement Field(string field) =>
        Record.TryGetProperty(field, out var value) ? value : throw new MalformedSimException(Iccid, $"{field} is missing");

    private MalformedSimException Bad(string field, string expected) => new(Iccid, $"{field} is {Field(field).GetRawText()}, not {expected}");
}
