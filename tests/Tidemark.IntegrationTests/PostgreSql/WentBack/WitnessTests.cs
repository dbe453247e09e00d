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
        witness.Beaten(1, written: 1_000, flushed: 900);
        witness.Beaten(2, written: 2_000, flushed: 900);
        witness.Beaten(3, written: 3_000, flushed: 1_999); // the first has its end before 2,000: one byte is missing
        Assert.Equal(0, witness.Durable);
    }

    [Fact]
    public void An_answer_that_comes_after_that_of_a_later_beat_does_not_put_the_later_one_on_the_disk()
    {
        var witness = new Witness(startedAt: 1);
        witness.Beaten(2, written: 2_000, flushed: 900);
        witness.Beaten(1, written: 1_000, flushed: 900);
        witness.Beaten(3, written: 3_000, flushed: 1_500);
        Assert.Equal(0, witness.Durable);
    }

    [Fact]
    public void A_row_with_fewer_beats_than_were_on_the_disk_is_a_copy()
    {
        var witness = new Witness(startedAt: 1);
        witness.Beaten(10, written: 1_000, flushed: 900);
        witness.Beaten(20, written: 2_000, flushed: 1_500);
        witness.Beaten(30, written: 3_000, flushed: 2_000);
        Assert.Equal(10, witness.Durable);
        witness.Beaten(40, written: 4_000, flushed: 3_500);
        Assert.Equal(20, witness.Durable);
        Assert.Contains("shows 19 beats, and 20 were on the disk", witness.Contradicts(19, witness.Durable), StringComparison.Ordinal);
        Assert.Null(witness.Contradicts(20, witness.Durable));
        Assert.Null(witness.Contradicts(19, known: 10)); // what became known after the row was read
    }

    [Fact]
    public void A_row_that_is_gone_was_buried_if_its_number_was_given_out()
    {
        var witness = new Witness(startedAt: 1);
        Assert.Null(witness.Contradicts(new Witnessed(7, null, null, IsGivenOut: true), known: 0));
        Assert.Contains("worker 7 is at work, and its number was not given out yet", witness.Contradicts(new Witnessed(7, null, null, IsGivenOut: false), known: 0), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_of_another_with_its_number_is_a_copy() =>
        Assert.Contains("worker 7 joined at 00:00:00.001Z", new Witness(startedAt: 1).Contradicts(new Witnessed(7, 2, 2, IsGivenOut: true), known: 0), StringComparison.Ordinal);
}
