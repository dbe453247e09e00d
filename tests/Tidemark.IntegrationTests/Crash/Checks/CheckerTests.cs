using Xunit;

namespace Tidemark.IntegrationTests.Crash.Checks;

/// <summary>Each checker sees the fault that it is there for, in a history that is sound but for that.</summary>
public sealed class CheckerTests
{
    static readonly Entry[] Sound =
    [
        new(1, "asked", "a", "-", "effects:2"), new(2, "acked", "a", "-", "1"), new(3, "began", "a", "r1", "1"),
        new(4, "asked", "b", "-", "calls:2"), new(5, "acked", "b", "-", "2"), new(6, "began", "b", "r2", "1"), new(7, "item", "b", "r2", "0"),
        new(8, "began", "b", "r3", "2"), new(9, "item", "b", "r3", "0"), new(10, "item", "b", "r3", "1"), new(11, "ended", "b", "r3", "ok"),
        new(12, "began", "a", "r4", "2"), new(13, "ended", "a", "r4", "ok"), new(14, "asked", "c", "-", "quick:0"),
    ];

    static readonly Written[] Done = [new("b", "r3", 0), new("a", "r4", 0)];
    static readonly Written[] Effects = [new("a", "r1", 0), new("a", "r4", 1)];

    [Fact]
    public void A_sound_history_has_no_fault() => Assert.Empty(Faults(Sound, Done, Effects));

    [Fact]
    public void A_job_that_was_acknowledged_and_is_not_done_is_lost() =>
        Assert.Contains("lost: b", Assert.Single(Faults(Sound, [Done[1]], Effects)));

    [Fact]
    public void A_job_that_nobody_asked_for_is_unexpected() =>
        Assert.Contains("unexpected: x", Assert.Single(Faults([.. Sound, new(20, "began", "x", "r9", "1")], Done, Effects)));

    [Fact]
    public void A_second_end_is_seen() =>
        Assert.Contains(Faults([.. Sound, new(20, "ended", "a", "r1", "ok")], [.. Done, new("a", "r1", 0)], Effects), fault => fault.StartsWith("ended twice: a", StringComparison.Ordinal));

    [Fact]
    public void A_start_after_the_end_is_seen() =>
        Assert.StartsWith("began after its end: b", Assert.Single(Faults([.. Sound, new(20, "began", "b", "r9", "3")], Done, Effects)));

    [Fact]
    public void A_stale_write_is_seen() =>
        Assert.StartsWith("stale: a", Assert.Single(Faults(Sound, Done, [new("a", "r4", 1), new("a", "r1", 0)])));

    [Fact]
    public void Items_paid_again_beyond_the_bound_are_seen() =>
        Assert.StartsWith("paid again: b", Assert.Single(Faults([.. Sound[..^1], new(14, "item", "b", "r3", "0"), Sound[^1]], Done, Effects)));

    [Fact]
    public void Items_paid_again_without_an_interruption_are_seen() =>
        Assert.StartsWith("paid again: b", Assert.Single(Faults([.. Sound, new(15, "ended", "b", "r2", "OperationCanceledException")], Done, Effects)));

    [Theory]
    [InlineData("LeaseLostException")]
    [InlineData("OutOfMemoryException")]
    public void An_attempt_that_an_abort_has_cut_off_pays_its_bound_however_it_left(string way) =>
        Assert.Empty(Faults([.. Sound, new(15, "ended", "b", "r2", way)], Done, Effects));

    [Fact]
    public void An_effect_that_is_there_twice_is_seen() =>
        Assert.StartsWith("written twice: item 1 of a", Assert.Single(Faults(Sound, Done, [.. Effects, new("a", "r4", 1)])));

    [Fact]
    public void An_effect_that_is_missing_is_seen() =>
        Assert.StartsWith("not written: a", Assert.Single(Faults(Sound, Done, [Effects[0]])));

    static IReadOnlyList<string> Faults(Entry[] entries, Written[] done, Written[] effects) =>
        Judge.Faults(new() { Entries = entries, Done = done, Effects = effects }, bound: 1);
}
