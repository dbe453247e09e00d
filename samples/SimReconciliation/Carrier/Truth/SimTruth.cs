namespace SimReconciliation.Carrier;

/// <summary>
/// All SIMs of the carrier, each computed from the seed and its index: nothing is stored, so the audit knows the truth
/// without asking the carrier whose answers it checks.
/// </summary>
internal sealed class SimTruth
{
    private static readonly DateOnly FirstDay = new(2015, 1, 1);
    private const int Days = 4_000;
    private const int MsisdnSpace = 10_000_000;
    private readonly long firstAccount;
    private readonly long msisdnOffset;
    private readonly Dictionary<int, Malformation> malformed = [];

    public SimTruth(long seed, int sims, int malformed)
    {
        Seed = seed;
        Sims = sims;
        firstAccount = 10_000_000_000 + (long)(Noise.At(seed, Noise.Topic.Account, 0) % 80_000_000_000);
        msisdnOffset = (long)(Noise.At(seed, Noise.Topic.Msisdn, 0) % MsisdnSpace);
        for (var draw = 0; this.malformed.Count < malformed; draw++)
        {
            var index = (int)(Noise.At(seed, Noise.Topic.Malformed, draw) % (ulong)sims);
            this.malformed.TryAdd(index, Malformation.All[this.malformed.Count % Malformation.All.Length]);
        }
    }

    public long Seed { get; }

    public int Sims { get; }

    /// <summary>Which records the carrier sends malformed, by index, and how.</summary>
    public IReadOnlyDictionary<int, Malformation> Malformed => malformed;

    /// <summary>The SIM at an index, as it really is (also when the carrier sends it malformed).</summary>
    public Sim At(int index)
    {
        var used = Noise.Fraction(Seed, Noise.Topic.DataUsed, index);
        return new Sim(
            IccidAt(index),
            "977980" + ((msisdnOffset + index * 7_654_321L) % MsisdnSpace).ToString("D7"),
            Sim.Plans[Noise.At(Seed, Noise.Topic.Plan, index) % (ulong)Sim.Plans.Length],
            StatusAt(index),
            (long)(used * used * used * 60_000),
            FirstDay.AddDays((int)(Noise.At(Seed, Noise.Topic.Activation, index) % Days)));
    }

    public string IccidAt(int index) => Iccid.Of(firstAccount + index);

    /// <summary>The key that the carrier's page shows at an index: the ICCID, or the wrong one where that is the fault.</summary>
    public string ShownIccidAt(int index) =>
        malformed.TryGetValue(index, out var how) ? how.ShownIccid(IccidAt(index)) : IccidAt(index);

    /// <summary>The index of a true ICCID, or -1 when the carrier has no such SIM.</summary>
    public int IndexOf(string iccid) =>
        Iccid.TryGetAccount(iccid, out var account) && account >= firstAccount && account < firstAccount + Sims
            ? (int)(account - firstAccount)
            : -1;

    private string StatusAt(int index) => Noise.Fraction(Seed, Noise.Topic.Status, index) switch
    {
        < 0.82 => Sim.Statuses[0],
        < 0.90 => Sim.Statuses[1],
        < 0.96 => Sim.Statuses[2],
        _ => Sim.Statuses[3],
    };
}
