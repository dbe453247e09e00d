using System.CommandLine;
using SimReconciliation.Carrier;

namespace SimReconciliation.Commands;

/// <summary>The options that describe the carrier; what is not given is the carrier's own default.</summary>
internal sealed class CarrierFlags
{
    private static readonly CarrierOptions Usual = new();

    private readonly Option<string> faults = new("--faults")
    {
        Description = "usual, or none for a carrier that never fails.",
        DefaultValueFactory = _ => "usual",
    };

    private readonly Option<long?> seed = Flag<long?>("--seed", $"From which every SIM and every fault is computed ({Usual.Seed}).");
    private readonly Option<int?> sims = Flag<int?>("--sims", $"How many SIMs the carrier has ({Usual.Sims:N0}).");
    private readonly Option<int?> malformed = Flag<int?>("--malformed", $"How many records are malformed ({Usual.Malformed}).");
    private readonly Option<TimeSpan?> snapshotLife = DurationFlag("--snapshot-life", $"How long a snapshot can be read ({Usual.SnapshotLife.TotalHours:0}h).");
    private readonly Option<int?> rate = Flag<int?>("--rate", $"Requests a second before 429 with Retry-After ({Usual.Rate}); 0 is no limit.");
    private readonly Option<int?> quota = Flag<int?>("--quota", $"Requests in a quota window before 429 until the reset ({Usual.Quota:N0}); 0 is no quota.");
    private readonly Option<TimeSpan?> quotaWindow = DurationFlag("--quota-window", $"The length of the carrier's day ({Usual.QuotaWindow.TotalSeconds:0}s).");
    private readonly Option<double?> errors = Flag<double?>("--errors", $"Share of the requests answered with a 5xx ({Usual.Errors}).");
    private readonly Option<double?> cuts = Flag<double?>("--cuts", $"Share of the requests whose connection is cut ({Usual.Cuts}).");
    private readonly Option<double?> hangs = Flag<double?>("--hangs", $"Share of the requests never answered ({Usual.Hangs}).");
    private readonly Option<double?> slow = Flag<double?>("--slow", $"Share of the spells in which the carrier is slow ({Usual.Slow}).");
    private readonly Option<TimeSpan?> slowBy = DurationFlag("--slow-by", $"What a slow spell adds to each request ({Usual.SlowBy.TotalMilliseconds:0}ms).");

    public CarrierFlags() => faults.AcceptOnlyFromAmong("usual", "none");

    public void AddTo(Command command)
    {
        Option[] all = [faults, seed, sims, malformed, snapshotLife, rate, quota, quotaWindow, errors, cuts, hangs, slow, slowBy];
        foreach (var option in all)
            command.Options.Add(option);
    }

    public CarrierOptions Read(ParseResult result)
    {
        var basis = result.GetValue(faults) == "none" ? Usual.WithoutFaults() : Usual;
        return basis with
        {
            Seed = result.GetValue(seed) ?? basis.Seed,
            Sims = result.GetValue(sims) ?? basis.Sims,
            Malformed = result.GetValue(malformed) ?? basis.Malformed,
            SnapshotLife = result.GetValue(snapshotLife) ?? basis.SnapshotLife,
            Rate = result.GetValue(rate) ?? basis.Rate,
            Quota = result.GetValue(quota) ?? basis.Quota,
            QuotaWindow = result.GetValue(quotaWindow) ?? basis.QuotaWindow,
            Errors = result.GetValue(errors) ?? basis.Errors,
            Cuts = result.GetValue(cuts) ?? basis.Cuts,
            Hangs = result.GetValue(hangs) ?? basis.Hangs,
            Slow = result.GetValue(slow) ?? basis.Slow,
            SlowBy = result.GetValue(slowBy) ?? basis.SlowBy,
        };
    }

    private static Option<T> Flag<T>(string name, string description) => new(name) { Description = description };

    private static Option<TimeSpan?> DurationFlag(string name, string description) =>
        new(name) { Description = description, CustomParser = Duration.Parse };
}
