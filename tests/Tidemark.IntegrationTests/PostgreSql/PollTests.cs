using Tidemark.Leasing;
using Tidemark.PostgreSql;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Workers that wait: what they ask once a second costs the server no write, and a connection that was closed while it rested costs nobody an answer.</summary>
public sealed class PollTests : IAsyncLifetime
{
    PlainStore? plain;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    PostgreSqlJobStore Store => plain!.Store;

    public async ValueTask InitializeAsync() => plain = await PlainStore.CreateAsync();

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Fact]
    public async Task A_poll_that_finds_nothing_locks_and_writes_nothing()
    {
        var worker = await Store.RegisterAsync(Given.Worker);
        await Store.EnqueueAsync([Given.Job with { DueAt = (await Store.GetStoreAsync()).Now.AddHours(1) }, Given.Job with { Queue = "another" }, Given.Job with { Name = "another" }], null);
        var poll = new ClaimRequest { Worker = worker, Demands = [new(Given.Queue, 5)], SuspectAllowed = true, Prompt = ClaimPrompt.Poll };
        var reply = await Store.ClaimAsync(poll);

        Assert.Empty(reply.Jobs);
        Assert.Equal(reply.Now.AddHours(1), reply.NextDueAt!.Value, TimeSpan.FromMinutes(1));
        Assert.False(await IsTouchedAsync());
        await Store.ClaimAsync(poll with { Prompt = ClaimPrompt.Told });
        Assert.True(await IsTouchedAsync()); // which a claim does, so it would have been seen

        Task<bool> IsTouchedAsync() => plain!.AskAsync<bool>($"SELECT xmax <> '0' FROM {plain.Schema}.worker WHERE id = {worker.Value}");
    }

    [Fact]
    public async Task What_is_read_on_a_connection_that_was_closed_while_it_rested_is_read_on_another()
    {
        var store = await plain!.ConnectWithAsync(new() { TriedAfter = TimeSpan.FromTicks(-1) }); // whenever it is looked at, it has lain idle for longer
        await store.GetStoreAsync();
        await plain.RunAsync($"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = '{plain.Schema}'");
        Assert.NotEqual(default, (await store.GetStoreAsync()).Now);
    }
}
