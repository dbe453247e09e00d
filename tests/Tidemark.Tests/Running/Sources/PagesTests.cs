using Xunit;

namespace Tidemark.Tests.Running.Sources;

public sealed class PagesTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static readonly PageOptions Stable = new() { Stable = true };

    [Fact]
    public async Task All_pages_are_read_in_order_empty_ones_included()
    {
        var items = await new Book(3, 0, 0, 2, 0).Source().AllAsync();
        Assert.Equal(["a0", "a1", "a2", "a3", "a4"], items.Keys());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task From_every_position_the_rest_is_read(bool stable) =>
        Reading.EveryResumeGivesTheRestAsync(() => new Book(3, 1, 0, 4, 2).Source(new() { Stable = stable }), 10);

    [Fact]
    public async Task A_book_of_one_empty_page_ends_at_once() => Assert.Empty(await new Book(0).Source().AllAsync());

    [Fact]
    public async Task The_total_is_known_from_the_first_page_that_says_it()
    {
        await using var reader = await new Book(2, 2).Source().OpenAsync(Reading.Beginning<PagePosition<string>>(), Token);
        Assert.Null(reader.Count);
        await reader.FillAsync(Token);
        Assert.Equal(4, reader.Count);
    }

    [Fact]
    public async Task A_position_behind_a_page_is_the_beginning_of_the_next()
    {
        var book = new Book(2, 2);
        var items = await book.Source().AllAsync();
        Assert.Equal(new PagePosition<string>("p1", 0, null), items[1].After);
        book.Fetched.Clear();
        await book.Source().AllAsync(Reading.After(items[1].After));
        Assert.Equal(["p1"], book.Fetched);
    }

    [Fact]
    public async Task What_is_appended_to_the_last_page_is_found_by_a_later_resume()
    {
        var book = new Book(2, 2);
        var end = (await book.Source().AllAsync())[^1].After;
        book.Set(1, "a2", "a3", "a4");
        Assert.Equal(["a4"], (await book.Source().AllAsync(Reading.After(end))).Keys());
    }

    [Fact]
    public async Task A_page_that_shifted_is_read_on_behind_the_last_settled_item_and_the_shift_is_counted()
    {
        var book = new Book(5);
        var settled = (await book.Source().AllAsync())[2].After;

        // a0 and a1 are gone, so a2 moved from 2 to 0: reading on by index would leave out a3 and a4.
        book.Set(0, "a2", "a3", "a4");
        await using var reader = await book.Source().OpenAsync(Reading.After(settled), Token);
        Assert.Equal(["a3", "a4"], (await reader.RestAsync()).Keys());
        Assert.Equal(2, reader.Shifted);
    }

    [Fact]
    public async Task When_the_last_settled_item_has_vanished_its_page_is_read_again_rather_than_an_item_left_out()
    {
        var book = new Book(4, 1);
        var settled = (await book.Source().AllAsync())[1].After;
        book.Set(0, "a0", "a2", "a3");
        await using var reader = await book.Source().OpenAsync(Reading.After(settled), Token);
        Assert.Equal(["a0", "a2", "a3", "a4"], (await reader.RestAsync()).Keys());
        Assert.Equal(2, reader.Shifted);
    }

    [Fact]
    public async Task An_item_that_moved_to_the_next_page_is_handed_out_once_and_counted()
    {
        var book = new Book(3, 3);
        book.Set(1, "a2", "a3", "a4", "a3");
        await using var reader = await book.Source().OpenAsync(Reading.Beginning<PagePosition<string>>(), Token);
        Assert.Equal(["a0", "a1", "a2", "a3", "a4"], (await reader.RestAsync()).Keys());
        Assert.Equal(2, reader.Shifted);
    }

    [Fact]
    public async Task A_settled_item_that_moved_to_the_next_page_is_not_handed_out_after_a_resume()
    {
        var book = new Book(3, 2);
        var settled = (await book.Source().AllAsync())[1].After;
        book.Set(1, "a1", "a3", "a4");
        Assert.Equal(["a2", "a3", "a4"], (await book.Source().AllAsync(Reading.After(settled))).Keys());
    }

    [Fact]
    public async Task A_stable_page_that_changed_stops_the_stream_and_names_both_items()
    {
        var book = new Book(3);
        var settled = (await book.Source(Stable).AllAsync())[1].After;
        book.Set(0, "a0", "x", "a2");
        var fault = await Reading.FaultAsync(() => book.Source(Stable).AllAsync(Reading.After(settled)));
        Assert.Contains("was 'a1' and is 'x' now", fault);
        book.Set(0, "a0");
        Assert.Contains("is null now (1 items)", await Reading.FaultAsync(() => book.Source(Stable).AllAsync(Reading.After(settled))));
    }

    [Fact]
    public async Task A_key_that_stands_twice_in_stable_pages_stops_the_stream()
    {
        var book = new Book(3, 3);
        book.Set(1, "b", "a1");
        Assert.Contains("'a1' stands for two items: for item 1 of the page asked for with 'p1'", await Reading.FaultAsync(() => book.Source(Stable).AllAsync()));
    }

    [Fact]
    public async Task A_key_that_cannot_be_made_stops_the_stream_and_names_the_place()
    {
        var source = Pages.Of((string? cursor, CancellationToken ct) => Task.FromResult(new Page<string?, string>(["a", null], null)), item => item!.Trim());
        Assert.Contains("item 1 of the page asked for with null", await Reading.FaultAsync(() => source.AllAsync()));
    }

    [Fact]
    public void A_cursor_type_that_could_not_mean_the_beginning_is_refused_with_the_remedy()
    {
        var fault = Assert.Throws<ArgumentException>(() => Pages.Of((int page, CancellationToken ct) => Task.FromResult(new Page<string, int>([], 0)), item => item));
        Assert.Contains("(Int32? cursor, CancellationToken ct)", fault.Message);
    }

    [Fact]
    public void A_tuple_as_cursor_is_refused_because_json_would_lose_it() =>
        Assert.Contains("Use a record", Assert.Throws<ArgumentException>(() =>
            Pages.Of(((int, int)? page, CancellationToken ct) => Task.FromResult(new Page<string, (int, int)?>([], null)), item => item)).Message);

    [Fact]
    public Task Numbered_pages_are_asked_for_by_a_nullable_number() => Reading.EveryResumeGivesTheRestAsync(
        () => Pages.Of(
            (int? page, CancellationToken ct) => Task.FromResult(new Page<string, int?>([$"{page ?? 1}a", $"{page ?? 1}b"], page is 4 ? null : (page ?? 1) + 1)),
            item => item),
        8);
}
