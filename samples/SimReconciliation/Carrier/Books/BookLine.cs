namespace SimReconciliation.Carrier;

/// <summary>The vocabulary of the carrier's log: tab-separated fields, the first one says what happened.</summary>
internal static class BookLine
{
    public const string Charged = "charged";
    public const string Opened = "opened";
    public const string Confirmed = "confirmed";
    public const string Published = "published";
    private const string First = "carrier";

    /// <summary>The first line says whose log it is, so that counts are never read as another carrier's.</summary>
    public static string[] Header(SimTruth truth) =>
        [First, $"seed={truth.Seed}", $"sims={truth.Sims}", $"malformed={truth.Malformed.Count}"];

    /// <summary>The truth that a log's first line stands for.</summary>
    public static SimTruth TruthOf(string[] line, string path) =>
        line is [First, var seed, var sims, var malformed]
        && long.TryParse(After("seed=", seed), out var seedValue)
        && int.TryParse(After("sims=", sims), out var simsValue)
        && int.TryParse(After("malformed=", malformed), out var malformedValue)
            ? new SimTruth(seedValue, simsValue, malformedValue)
            : throw new CarrierSetupException(
                $"'{path}' does not begin as a carrier's log does, but with '{string.Join(' ', line)}'. Start in another --data directory.");

    public static void CheckHeader(string[] line, SimTruth truth, string path)
    {
        var expected = Header(truth);
        if (!line.SequenceEqual(expected))
        {
            throw new CarrierSetupException(
                $"The carrier's log '{path}' is of a carrier with {string.Join(' ', line.Skip(1))}, and this one has "
                + $"{string.Join(' ', expected.Skip(1))}: give the same options, or another --data directory.");
        }
    }

    public static string Instant(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds().ToString();

    public static DateTimeOffset Instant(string text) => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(text));

    /// <summary>To the precision of the log, so that an answer is the same before and after a restart.</summary>
    public static DateTimeOffset Rounded(DateTimeOffset instant) => Instant(Instant(instant));

    private static string? After(string prefix, string text) =>
        text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;
}
