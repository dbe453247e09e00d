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
    const int MostSpared = 5; // cuts in a row that cost nobody anything: a connection that lay idle is tried out first

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
        store = new(source, new() { Schema = plain.Schema, Writers = 1, Readers = 1, CopyFrom = CutCases.Many, HintInterval = TimeSpan.Zero, PresenceDirectory = proxy.Folder });
        await store.OpenAsync();
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
        await (await cases!.All[call]()).Act(store!); // its statements are prepared: the messages are its own
        var (n, cut, lost, done, spared) = (0, true, 0, 0, 0);
        bool? inParts = false;
        while (cut)
        {
            Assert.InRange(++n, 1, MostMessages);
            var made = await cases.All[call]();
            inParts = made.InParts;
            var before = await made.Times();
            proxy!.Arm(n, at);
            var refused = await ErrorOfAsync(made);
            cut = proxy.Disarm();
            var times = await made.Times();
            if (refused is { OutcomeUnknown: false }) Assert.Equal(before, times);
            if (refused is null)
            {
                Assert.Equal(1, times);
                if (cut && ++spared <= MostSpared) n--;
            }
            else
            {
                spared = 0;
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
