using Tidemark.PostgreSql.Writing;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Which of the users' texts are worth a prepared statement.</summary>
public sealed class FamiliarTextTests
{
    [Fact]
    public void A_text_is_familiar_from_the_second_time_on()
    {
        var texts = new FamiliarTexts();
        Assert.Equal([false, true, true], [texts.Meets("a"), texts.Meets("a"), texts.Meets("a")]);
    }

    [Fact]
    public void Texts_that_never_come_again_push_nothing_out_that_does()
    {
        var texts = new FamiliarTexts();
        for (var i = 0; i < 1_000; i++) Assert.False(texts.Meets($"INSERT {i}"));
        texts.Meets("a");
        Assert.True(texts.Meets("a"));
        for (var i = 0; i < 1_000; i++) texts.Meets($"INSERT {i}");
        Assert.True(texts.Meets("a"));
    }

    [Fact]
    public void No_more_are_kept_than_a_connection_should_hold()
    {
        var texts = new FamiliarTexts();
        var familiar = Enumerable.Range(0, 1_000).Count(i => texts.Meets($"{i}") | texts.Meets($"{i}"));
        Assert.Equal(64, familiar);
    }
}
