using Tidemark.PostgreSql.Connections;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.WentBack;

/// <summary>Which beats a worker may rely on.</summary>
public sealed class WitnessTests
{
    [Fact]
    public void A_beat_that_was_never_seen_on_the_disk_may_be_lost_by_a_crash()
    {
        var witness = new Witness(startedAt: 1);
        witness.Beaten(100, written: 1_000, flushed: 900);
        witness.Beaten(200, written: 2_000, flushed: 900);
        witness.Beaten(300, written: 3_000, flushed: 1_999); // the first has its end before 2,000: one byte is missing
        Assert.Null(witness.Contradicts(1));
    }

    [Fact]
    public void A_row_with_an_older_beat_than_was_on_the_disk_is_a_copy()
    {
        var witness = new Witness(startedAt: 1);
        witness.Beaten(100, written: 1_000, flushed: 900);
        witness.Beaten(200, written: 2_000, flushed: 1_500);
        witness.Beaten(300, written: 3_000, flushed: 2_000);
        Assert.NotNull(witness.Contradicts(99));
        Assert.Null(witness.Contradicts(100));
        witness.Beaten(400, written: 4_000, flushed: 3_500);
        Assert.NotNull(witness.Contradicts(199));
        Assert.Null(witness.Contradicts(200));
    }

    [Fact]
    public void A_row_that_is_gone_was_buried_if_its_number_was_given_out()
    {
        var witness = new Witness(startedAt: 1);
        Assert.Null(witness.Contradicts(new Witnessed(7, null, null, IsGivenOut: true)));
        Assert.Contains("worker 7 is at work, and its number was not given out yet", witness.Contradicts(new Witnessed(7, null, null, IsGivenOut: false)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_of_another_with_its_number_is_a_copy() =>
        Assert.Contains("worker 7 joined at 00:00:00.001Z", new Witness(startedAt: 1).Contradicts(new Witnessed(7, 2, 2, IsGivenOut: true)), StringComparison.Ordinal);
}
