namespace SimReconciliation.Carrier;

/// <summary>What the carrier has, and how badly it behaves. The defaults are its usual bad day.</summary>
internal sealed record CarrierOptions
{
    public const int MostSims = 5_000_000;

    /// <summary>From which every SIM and every fault is computed.</summary>
    public long Seed { get; init; } = 20;

    /// <summary>How many SIMs the carrier has, 1 to 5,000,000.</summary>
    public int Sims { get; init; } = 100_000;

    /// <summary>How many of the records are malformed, at most half of them.</summary>
    public int Malformed { get; init; } = 7;

    /// <summary>How long a snapshot can be read.</summary>
    public TimeSpan SnapshotLife { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Requests a second, and as many in a burst, before 429 with Retry-After; 0 is no limit.</summary>
    public int Rate { get; init; } = 200;

    /// <summary>Requests in a "day" before 429 with the instant of the reset; 0 is no quota.</summary>
    public int Quota { get; init; } = 1_000;

    /// <summary>The length of that "day".</summary>
    public TimeSpan QuotaWindow { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Share of the requests answered with 500, 502 or 503.</summary>
    public double Errors { get; init; } = 0.01;

    /// <summary>Share of the requests whose connection is cut: half before the work, half after it (only the answer is lost).</summary>
    public double Cuts { get; init; } = 0.004;

    /// <summary>Share of the requests never answered: the client's time-out ends them.</summary>
    public double Hangs { get; init; } = 0.001;

    /// <summary>Share of the spells of 50 requests in which the carrier is slow.</summary>
    public double Slow { get; init; } = 0.05;

    /// <summary>What a slow spell adds to each request.</summary>
    public TimeSpan SlowBy { get; init; } = TimeSpan.FromMilliseconds(15);

    /// <summary>A carrier that never fails, throttles, or sends a malformed record.</summary>
    public CarrierOptions WithoutFaults() => this with { Malformed = 0, Rate = 0, Quota = 0, Errors = 0, Cuts = 0, Hangs = 0, Slow = 0 };

    /// <summary>Every value out of range, named with its option.</summary>
    public IReadOnlyList<string> Faults()
    {
        (bool Wrong, string Text)[] checks =
        [
            (Sims is < 1 or > MostSims, $"--sims is {Sims}: give 1 to {MostSims}"),
            (Malformed < 0 || (Sims is >= 1 and <= MostSims && Malformed > Sims / 2), $"--malformed is {Malformed}: give 0 to {Sims / 2}, half of --sims"),
            (SnapshotLife <= TimeSpan.Zero, $"--snapshot-life is {SnapshotLife}: give a positive duration"),
            (Rate < 0, $"--rate is {Rate}: give requests a second, or 0 for no limit"),
            (Quota < 0, $"--quota is {Quota}: give requests a window, or 0 for no quota"),
            (QuotaWindow < TimeSpan.FromSeconds(1), $"--quota-window is {QuotaWindow}: give a second or more"),
            (NotShare(Errors), $"--errors is {Errors}: give a share from 0 to 1"),
            (NotShare(Cuts), $"--cuts is {Cuts}: give a share from 0 to 1"),
            (NotShare(Hangs), $"--hangs is {Hangs}: give a share from 0 to 1"),
            (NotShare(Slow), $"--slow is {Slow}: give a share from 0 to 1"),
            (Errors + Cuts + Hangs > 0.9, $"--errors, --cuts and --hangs add up to {Errors + Cuts + Hangs}: stay at 0.9 or below"),
            (SlowBy < TimeSpan.Zero || SlowBy > TimeSpan.FromSeconds(10), $"--slow-by is {SlowBy}: give 0 to 10 s"),
        ];
        return [.. checks.Where(check => check.Wrong).Select(check => check.Text)];
    }

    private static bool NotShare(double value) => value is not (>= 0 and <= 1);
}
