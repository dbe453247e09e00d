using Xunit;

namespace Tidemark.Tests.Running.Sources;

public sealed class KeysetTests
{
    sealed record Row(long Id, string Name = "");
    sealed record Place(int Region, int Site);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static Source<Row, long?> Table(IEnumerable<Row> rows, KeysetOptions? options = null) => Keyset.Of(
        (long? after, int take, CancellationToken ct) => Task.FromResult<IReadOnlyList<Row>>([.. rows.Where(row => after is null || row.Id > after).Take(take)]),
        position: row => row.Id, options: options);

    static IEnumerable<Row> Rows(params long[] ids) => ids.Select(id => new Row(id));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(500)]
    public Task From_every_position_the_rest_is_read(int pageSize) =>
        Reading.EveryResumeGivesTheRestAsync(() => Table(Rows(-3, 0, 1, 2, 5, 8, 13), new() { PageSize = pageSize }), 7);

    [Fact]
    public async Task The_position_as_text_is_the_key_unless_another_is_given()
    {
        Assert.Equal(["-3", "0", "8"], (await Table(Rows(-3, 0, 8)).AllAsync()).Keys());
        var named = Keyset.Of(
            (string? after, int take, CancellationToken ct) => Task.FromResult<IReadOnlyList<Row>>(after is null ? [new(1, "a"), new(2, "b")] : []),
            row => row.Name, key: row => $"row-{row.Id}");
        Assert.Equal(["row-1", "row-2"], (await named.AllAsync()).Keys());
    }

    [Fact]
    public async Task An_empty_table_ends_at_once() => Assert.Empty(await Table([]).AllAsync());

    [Fact]
    public async Task A_short_answer_is_not_the_end_only_an_empty_one_is()
    {
        var source = Keyset.Of(
            (long? after, int take, CancellationToken ct) => Task.FromResult<IReadOnlyList<Row>>(after >= 3 ? [] : [new((after ?? 0) + 1)]), row => row.Id);
        Assert.Equal(["1", "2", "3"], (await source.AllAsync()).Keys());
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(5, 4)]
    public async Task A_position_that_does_not_grow_stops_the_stream_and_names_both(long first, long second)
    {
        await using var reader = await Fixed(first, second, 9).OpenAsync(Reading.Beginning<long?>(), Token);
        Assert.Equal(["5"], (await reader.RestAsync(atMost: 1)).Keys());
        Assert.Contains($"{second} comes after {first}", await Reading.FaultAsync(() => reader.RestAsync()));
    }

    [Fact]
    public async Task An_answer_that_goes_back_behind_the_saved_position_stops_the_stream() =>
        Assert.Contains("9 comes after 20", await Reading.FaultAsync(() => Fixed(1, 2, 9).AllAsync(Reading.After<long?>(20))));

    [Fact]
    public async Task A_row_without_a_position_stops_the_stream()
    {
        var source = Keyset.Of((string? after, int take, CancellationToken ct) => Task.FromResult<IReadOnlyList<Row>>([new(1, null!), new(2, "b")]), row => row.Name);
        Assert.Contains("Row 0 after 'b' has no position", await Reading.FaultAsync(() => source.AllAsync()));
    }

    [Fact]
    public async Task Text_is_ordered_by_its_characters_unless_a_comparer_says_otherwise()
    {
        string[] names = ["a", "B", "c"];
        Func<string?, int, CancellationToken, Task<IReadOnlyList<string>>> fetch = (after, _, _) =>
            Task.FromResult<IReadOnlyList<string>>([.. names.Where(name => after is null || StringComparer.OrdinalIgnoreCase.Compare(name, after) > 0)]);
        Assert.Contains("'B' comes after 'a'", await Reading.FaultAsync(() => Keyset.Of(fetch, name => name).AllAsync()));
        Assert.Equal(names, (await Keyset.Of(fetch, name => name, comparer: StringComparer.OrdinalIgnoreCase).AllAsync()).Keys());
    }

    [Fact]
    public async Task A_position_of_several_columns_is_a_record_with_a_key_and_a_comparer()
    {
        Place[] places = [new(1, 2), new(1, 3), new(2, 1)];
        var order = Comparer<Place>.Create((a, b) => (a.Region, a.Site).CompareTo((b.Region, b.Site)));
        await Reading.EveryResumeGivesTheRestAsync(
            () => Keyset.Of(
                (Place? after, int take, CancellationToken ct) => Task.FromResult<IReadOnlyList<Place>>([.. places.Where(place => after is null || order.Compare(place, after) > 0)]),
                place => place, place => $"{place.Region}/{place.Site}", comparer: order),
            3);
    }

    [Fact]
    public void What_would_not_work_is_refused_where_the_source_is_made()
    {
        Assert.Contains("(Int64? after", Refusal(() => Keyset.Of((long after, int take, CancellationToken ct) => Task.FromResult<IReadOnlyList<Row>>([]), row => row.Id)));
        Assert.Contains("makes no item key", Refusal(() => Keyset.Of((DateTime? after, int take, CancellationToken ct) => Task.FromResult<IReadOnlyList<Row>>([]), _ => DateTime.MinValue)));
        Assert.Contains("has no order", Refusal(() => Keyset.Of((Place? after, int take, CancellationToken ct) => Task.FromResult<IReadOnlyList<Place>>([]), place => place, _ => "")));
        Assert.Contains("1 to 100,000", Refusal(() => Table([], new() { PageSize = 0 })));

        static string Refusal(Action make) => Assert.ThrowsAny<ArgumentException>(make).Message;
    }

    [Fact]
    public async Task The_count_is_asked_for_once_and_is_of_all_rows()
    {
        var asked = 0;
        var source = Table(Rows(1, 2, 3), new() { Count = _ => Task.FromResult(3L + 0 * asked++) });
        await using var reader = await source.OpenAsync(Reading.After<long?>(2), Token);
        Assert.Equal(["3"], (await reader.RestAsync()).Keys());
        Assert.Equal(3, reader.Count);
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData(true, new long[] { 0, 1 })]
    [InlineData(false, new long[] { 0 })]
    public async Task The_next_rows_are_fetched_ahead_only_if_asked_for(bool prefetch, long[] expected)
    {
        var fetched = new List<long>();
        var source = Keyset.Of(
            (long? after, int take, CancellationToken ct) =>
            {
                fetched.Add(after ?? 0);
                return Task.FromResult<IReadOnlyList<Row>>([new((after ?? 0) + 1)]);
            },
            row => row.Id, options: new() { Prefetch = prefetch });
        await using var reader = await source.OpenAsync(Reading.Beginning<long?>(), Token);
        await reader.FillAsync(Token);
        Assert.Equal(expected, fetched);
    }

    [Fact]
    public void A_keyset_is_stable_unless_said_to_shift()
    {
        Assert.Equal(SourceKind.Stable, Table([]).Kind);
        Assert.Equal(SourceKind.Shifting, Table([], new() { Shifting = true }).Kind);
    }

    static Source<Row, long?> Fixed(params long[] ids) =>
        Keyset.Of((long? after, int take, CancellationToken ct) => Task.FromResult<IReadOnlyList<Row>>([.. Rows(ids)]), row => row.Id);
}
