namespace SimReconciliation.Carrier;

/// <summary>One SIM as the carrier knows it.</summary>
/// <param name="Iccid">The card's number: 19 digits, the last one a check digit.</param>
/// <param name="Msisdn">The telephone number, digits only, country code first.</param>
/// <param name="Plan">The tariff.</param>
/// <param name="Status">One of <see cref="Statuses"/>.</param>
/// <param name="DataUsedMb">Data used in this billing month, in megabytes, never negative.</param>
/// <param name="ActivatedOn">The day the card was first used.</param>
internal sealed record Sim(string Iccid, string Msisdn, string Plan, string Status, long DataUsedMb, DateOnly ActivatedOn)
{
    public static readonly string[] Plans = ["prepaid-1g", "prepaid-5g", "family-20g", "iot-50m", "business-unlimited"];
    public static readonly string[] Statuses = ["active", "suspended", "ready", "retired"];
}
