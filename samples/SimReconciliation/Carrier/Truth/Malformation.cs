using System.Text.Json.Nodes;

namespace SimReconciliation.Carrier;

/// <summary>One way in which a record of the carrier is broken: it never heals, so it belongs in quarantine.</summary>
internal sealed class Malformation
{
    public static readonly Malformation[] All =
    [
        new("wrong check digit", record => record["iccid"] = BreakCheckDigit((string)record["iccid"]!)),
        new("unknown status", record => record["status"] = "ACTVE"),
        new("data used is a text", record => record["dataUsedMb"] = "1.2 GB"),
        new("no telephone number", record => record.Remove("msisdn")),
    ];

    private readonly Action<JsonObject> apply;

    private Malformation(string name, Action<JsonObject> apply) => (Name, this.apply) = (name, apply);

    public string Name { get; }

    public void Break(JsonObject record) => apply(record);

    public string ShownIccid(string iccid)
    {
        var record = new JsonObject { ["iccid"] = iccid };
        apply(record);
        return (string)record["iccid"]!;
    }

    private static string BreakCheckDigit(string iccid) => iccid[..^1] + (char)('0' + (iccid[^1] - '0' + 1) % 10);
}
