using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.PostgreSql;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.Cuts;

/// <summary>
/// The connection is cut at the n-th message of a call: n = 1, 2, … until the call has no n-th message. Whatever the message was (a statement, the
/// way to the server, the commit), the error says the truth about it, and the call made again with its token has happened once.
/// </summary>
public sealed class CutTests(ITestOutputHelper output) : IAsyncLifetime
{
    const int MostMessages = 60;

    PlainStore? plain;
    CutProxy? proxy;
    NpgsqlDataSource? source;
    PostgreSqlJobStore? store;
    CutCases? cases;

    public static TheoryData<string, CutAt> Cuts => [.. from call in Calls from at in Enum.GetValues<CutAt>() select (call, at)];

    static IEnumerable<string> Calls =>
        ["enqueue with a key", "enqueue of many", "claim", "claim that lets in", "memo", "first checkpoint", "second checkpoint", "effects", "effects as commands", "success", "failure", "cancel"];

    public async ValueTask InitializeAsync()
    {
        var server = await SharedServer.GetAsync();
        plain = await PlainStore.CreateAsync();
        proxy = new(server.Folder);
        source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = proxy.Folder }.ConnectionString);
        store = await OpenAsync(TimeSpan.MaxValue); // a machine that stands still for a moment must not add a message to those that are counted
        cases = new(plain, await plain.Store.RegisterAsync(Given.Worker), await store.RegisterAsync(Given.Worker));
    }

    public async ValueTask DisposeAsync()
    {
        await store!.DisposeAsync();
        await source!.DisposeAsync();
        await proxy!.DisposeAsync();
        await plain!.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task A_call_whose_connection_is_cut_has_happened_once_when_it_is_made_again(string call, CutAt at)
    {
        var (n, cut, lost, done) = (0, true, 0, 0);
        bool? inParts = false;
        while (cut)
        {
            Assert.InRange(++n, 1, MostMessages);
            await (await cases!.All[call]()).Act(store!); // the connection is open and its statements are prepared: the messages are the call's own
            var made = await cases.All[call]();
            inParts = made.InParts;
            var before = await made.Times();
            proxy!.Arm(n, at);
            var refused = await ErrorOfAsync(made);
            cut = proxy.Disarm();
            var times = await made.Times();
            if (refused is { OutcomeUnknown: false }) Assert.Equal(before, times);
            Assert.Equal(cut, refused is not null);
            if (refused is null) Assert.Equal(1, times);
            else
            {
                (lost, done) = times == 0 ? (lost + 1, done) : (lost, done + 1);
                while (await ErrorOfAsync(made) is { } again) Assert.True(again.OutcomeUnknown || n > 1, again.Message);
                Assert.Equal(1, await made.Times());
            }
        }
        output.WriteLine($"{n - 1} cuts: {lost} before it was done, {done} after");
        // Whatever was not heard by the server is not done; the last message brings the commit.
        if (at == CutAt.After || inParts is not null) Assert.Equal(at == CutAt.After || inParts == true, done > 0);
        if (at != CutAt.After) Assert.True(lost > 0);
    }

    [Theory]
    [InlineData(CutAt.Before)]
    [InlineData(CutAt.Inside)]
    [InlineData(CutAt.After)]
    public async Task A_cut_before_anything_is_entrusted_to_a_connection_that_lay_idle_costs_nobody_anything(CutAt at)
    {
        await using var wary = await OpenAsync(triedAfter: TimeSpan.FromTicks(-1)); // it has always lain idle for longer
        foreach (var call in new[] { "enqueue with a key", "enqueue of many" })
        {
            await (await cases!.All[call]()).Act(wary);
            var made = await cases.All[call]();
            proxy!.Arm(1, at);
            await made.Act(wary);
            Assert.True(proxy.Disarm());
            Assert.Equal(1, await made.Times());
        }
    }

    async Task<PostgreSqlJobStore> OpenAsync(TimeSpan triedAfter)
    {
        var opened = new PostgreSqlJobStore(source!, new()
        {
            Schema = plain!.Schema, Writers = 1, Readers = 1, CopyFrom = CutCases.Many, HintInterval = TimeSpan.Zero, PresenceDirectory = proxy!.Folder, TriedAfter = triedAfter,
        });
        await opened.OpenAsync();
        return opened;
    }

    async Task<StoreException?> ErrorOfAsync(CutCase made)
    {
        try
        {
            await made.Act(store!);
            return null;
        }
        catch (StoreException error)
        {
            return error;
        }
    }
}
