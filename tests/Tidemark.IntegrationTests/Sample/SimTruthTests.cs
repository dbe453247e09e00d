using SimReconciliation.Carrier;
using Xunit;

namespace Tidemark.IntegrationTests.Sample;

public sealed class SimTruthTests
{
    private static readonly SimTruth Truth = new(seed: 20, sims: 20_000, malformed: 9);

    [Fact]
    public void One_seed_gives_one_truth_and_another_seed_another()
    {
        var again = new SimTruth(20, 20_000, 9);
        var other = new SimTruth(21, 20_000, 9);
        Assert.Equal(All(Truth), All(again));
        Assert.Equal(Truth.Malformed, again.Malformed);
        Assert.Empty(All(Truth).Intersect(All(other)));
    }

    [Fact]
    public void The_truth_of_a_seed_is_the_same_in_every_release() =>
        Assert.Equal(
            new Sim("8997702374328141774", "9779804290610", "iot-50m", "active", 2258, new DateOnly(2022, 8, 2)),
            Truth.At(0));

    [Fact]
    public void Every_sim_is_found_again_by_its_iccid_and_shares_it_with_no_other()
    {
        var sims = All(Truth);
        Assert.Equal(sims.Length, sims.Select(sim => sim.Iccid).Distinct().Count());
        Assert.Equal(sims.Length, sims.Select(sim => sim.Msisdn).Distinct().Count());
        Assert.Equal(Enumerable.Range(0, sims.Length), sims.Select(sim => Truth.IndexOf(sim.Iccid)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("8997702374328141775")]
    [InlineData("89977023743281417x4")]
    [InlineData("4539578763621486")]
    public void An_iccid_that_is_none_of_the_carriers_has_no_index(string iccid) => Assert.Equal(-1, Truth.IndexOf(iccid));

    [Fact]
    public void A_broken_check_digit_is_never_another_sims_number()
    {
        var shown = Truth.Malformed.Where(pair => pair.Value.Name == "wrong check digit").Select(pair => Truth.ShownIccidAt(pair.Key)).ToArray();
        Assert.Equal(3, shown.Length);
        Assert.All(shown, iccid => Assert.False(Iccid.IsValid(iccid)));
    }

    private static Sim[] All(SimTruth truth) => [.. Enumerable.Range(0, truth.Sims).Select(truth.At)];
}
