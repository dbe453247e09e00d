using Xunit;

namespace Tidemark.Tests.Running.Sources;

public sealed class ItemsTests
{
    static readonly string[] Tenants = ["ncell", "airtel", "jio", "telia", "orange"];

    static Source<string, int> Of(params string[] items) => Items.Of(items, item => item);

    [Fact]
    public async Task The_items_come_in_the_order_of_the_list_and_are_counted()
    {
        await using var reader = await Of(Tenants).OpenAsync(Reading.Beginning<int>(), TestContext.Current.CancellationToken);
        Assert.Equal(5, reader.Count);
        Assert.Equal(Tenants, (await reader.RestAsync()).Select(item => item.Value));
    }

    [Fact]
    public Task From_every_position_the_rest_is_read() => Reading.EveryResumeGivesTheRestAsync(() => Of(Tenants), 5);

    [Fact]
    public async Task An_empty_list_ends_at_once() => Assert.Empty(await Of().AllAsync());

    [Fact]
    public async Task A_key_that_stands_for_two_items_is_named_with_both_indexes()
    {
        var fault = await Reading.FaultAsync(() => Of("a", "b", "c", "b").AllAsync());
        Assert.Contains("'b'", fault);
        Assert.Contains("index 1 and 3", fault);
    }

    [Fact]
    public async Task Another_list_under_the_same_name_is_refused()
    {
        var (_, fingerprint) = await ReadAsync(Tenants);
        Assert.Contains("5 items then, 6 now", await Reading.FaultAsync(() => Of([.. Tenants, "new"]).AllAsync(Reading.After(2, fingerprint))));
        Assert.Contains("in another order", await Reading.FaultAsync(() => Of([.. Tenants.Reverse()]).AllAsync(Reading.After(2, fingerprint))));
    }

    [Fact]
    public async Task A_position_outside_the_list_is_refused()
    {
        Assert.Contains("6 is outside", await Reading.FaultAsync(() => Of(Tenants).AllAsync(Reading.After(6))));
        Assert.Contains("-1 is outside", await Reading.FaultAsync(() => Of(Tenants).AllAsync(Reading.After(-1))));
    }

    [Fact]
    public async Task Keys_that_only_together_read_alike_are_told_apart() =>
        Assert.NotEqual((await ReadAsync("ab", "c")).Fingerprint, (await ReadAsync("a", "bc")).Fingerprint);

    [Fact]
    public async Task An_item_without_a_key_is_left_to_the_engine_to_refuse()
    {
        var items = await Items.Of<int>([1, 2], _ => null!).AllAsync();
        Assert.Equal([null!, null!], items.Keys());
    }

    static async Task<(int Count, string? Fingerprint)> ReadAsync(params string[] items)
    {
        await using var reader = await Of(items).OpenAsync(Reading.Beginning<int>(), TestContext.Current.CancellationToken);
        return ((await reader.RestAsync()).Count, reader.Fingerprint);
    }
}
