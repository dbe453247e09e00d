using Xunit;

namespace Tidemark.Tests.Running.Sources;

public sealed class PageCirclesTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_that_go_round_in_circles_stop_the_stream_after_their_items(bool prefetch)
    {
        var book = new Book(1, 1, 1);
        book.Pages["p2"] = book.Pages["p2"] with { Next = "p1" };
        await using var reader = await book.Source(new() { Prefetch = prefetch }).OpenAsync(Reading.Beginning<PagePosition<string>>(), Token);
        var items = await reader.RestAsync(atMost: 3);
        Assert.Equal(["a0", "a1", "a2"], items.Keys());
        var fault = await Reading.FaultAsync(async () => await reader.FillAsync(Token));
        Assert.Contains("asked for with 'p2' names 'p1' as the next", fault);
        Assert.Equal([null, "p1", "p2"], book.Fetched);

        // Nothing of it is done again once the other side is mended.
        book.Pages["p2"] = book.Pages["p2"] with { Next = null };
        Assert.Empty(await book.Source().AllAsync(Reading.After(items[^1].After)));
    }

    [Fact]
    public async Task A_page_that_names_itself_stops_the_stream_also_after_a_resume()
    {
        var book = new Book(1, 2);
        book.Pages["p1"] = book.Pages["p1"] with { Next = "p1" };
        Assert.Contains("round in circles", await Reading.FaultAsync(() => book.Source().AllAsync(Reading.After(new PagePosition<string>("p1", 1, "a1")))));
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(1_001, false)]
    public async Task A_circle_is_noticed_over_the_last_thousand_pages(int length, bool noticed)
    {
        var rounds = 0;
        var source = Pages.Of(
            (int? page, CancellationToken ct) =>
            {
                if (page == length) rounds++;
                return Task.FromResult(new Page<string, int?>([], rounds == 3 ? null : (page ?? 0) % length + 1));
            },
            item => item);
        if (noticed) Assert.Contains($"asked for with {length} names 1 as the next", await Reading.FaultAsync(() => source.AllAsync()));
        else Assert.Empty(await source.AllAsync());
        Assert.Equal(noticed ? 1 : 3, rounds);
    }
}
