using Tidemark.Lifecycle;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>Text that every store can keep, and keep apart.</summary>
public sealed class KeptTextTests
{
    const string Smile = "\U0001F600"; // two characters

    [Theory]
    [InlineData("", 10, "")]
    [InlineData("as it is", 10, "as it is")]
    [InlineData("as it is", 5, "as it…")]
    [InlineData("a\0b", 10, "a\uFFFDb")]
    [InlineData("\0\0", 10, "\uFFFD\uFFFD")]
    [InlineData("a<high>", 10, "a\uFFFD")]
    [InlineData("<low>b", 10, "\uFFFDb")]
    [InlineData("a" + Smile + "b", 10, "a" + Smile + "b")]
    [InlineData("a" + Smile + "b", 2, "a…")] // not half of it
    [InlineData("a" + Smile + "b", 3, "a" + Smile + "…")]
    [InlineData("\0" + Smile + "b", 2, "\uFFFD…")]
    public void What_cannot_be_kept_is_replaced_and_no_character_is_cut_in_two(string text, int length, string kept) => Assert.Equal(kept, KeptText.Of(Half(text), length));

    [Theory]
    [InlineData("key", null)]
    [InlineData(Smile, null)]
    [InlineData("a\0", "U+0000 at position 1")]
    [InlineData("ab<high>c", "half of a surrogate pair at position 2")]
    [InlineData("<low>", "half of a surrogate pair at position 0")]
    public void A_key_that_cannot_stay_as_it_is_has_a_fault(string key, string? fault)
    {
        if (fault is null) Assert.Null(KeptText.Fault(Half(key)));
        else Assert.Contains(fault, KeptText.Fault(Half(key)), StringComparison.Ordinal);
    }

    // An attribute is kept as UTF-8, and could not have it either.
    static string Half(string text) => text.Replace("<high>", "\uD83D", StringComparison.Ordinal).Replace("<low>", "\uDE00", StringComparison.Ordinal);

    [Fact]
    public void Keys_of_jobs_limits_and_locks_are_refused_where_they_are_given()
    {
        const string half = "order-\uD83D";
        Assert.Contains("half of a surrogate pair", Assert.Throws<ArgumentException>(() => Dedup.Key(half)).Message, StringComparison.Ordinal);
        Assert.Contains("half of a surrogate pair", Assert.Throws<ArgumentException>(() => new ConcurrencyLimit(half, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("half of a surrogate pair", Assert.Throws<ArgumentException>(() => new LockOptions { Owner = half }.Demand("options")).Message, StringComparison.Ordinal);
    }
}
