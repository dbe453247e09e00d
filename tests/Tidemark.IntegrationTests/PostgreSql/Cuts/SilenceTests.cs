using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.Leasing;
using Tidemark.PostgreSql;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.Cuts;

/// <summary>Connections that nobody closes and nobody answers on: a machine that is gone, a firewall that has forgotten them, an answer that the runtime leaves lying.</summary>
public sealed class SilenceTests : IAsyncLifetime
{
    PlainStore? plain;
    CutProxy? proxy;
    NpgsqlDataSource? source;
    PostgreSqlJobStore? store;
    WorkerId worker;

    public async ValueTask InitializeAsync()
    {
        var server = await SharedServer.GetAsync();
        plain = await PlainStore.CreateAsync();
        proxy = new(server.Folder);
        // The driver gives up a connection that does not come to be, and not one that has been made.
        source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = proxy.Folder, Timeout = 1, CommandTimeout = 0 }.ConnectionString);
        store = new(source, new() { Schema = plain.Schema, PresenceDirectory = proxy.Folder });
        await store.OpenAsync();
        worker = await store.RegisterAsync(Given.Worker with { LeaseDuration = TimeSpan.FromSeconds(4) });
        Assert.True((await BeatAsync()).Alive);
    }

    public async ValueTask DisposeAsync()
    {
        await proxy!.DisposeAsync(); // what still waits for an answer is told that none will come
        await store!.DisposeAsync();
        await source!.DisposeAsync();
        await plain!.DisposeAsync();
    }

    [Fact]
    public async Task A_beat_on_which_no_answer_comes_is_given_on_another_connection()
    {
        _ = proxy!.FallSilent();
        Assert.True((await BeatAsync()).Alive);
        Assert.True((await BeatAsync()).Alive);
    }

    [Fact]
    public async Task A_beat_goes_on_being_tried_while_nobody_answers_on_new_connections_either()
    {
        var came = proxy!.FallSilent(andWhoComes: true);
        var beat = BeatAsync();
        await came;
        proxy.Speak();
        Assert.True((await beat).Alive);
    }

    // It blocks its thread.
    Task<BeatReply> BeatAsync() => Task.Run(async () => await store!.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 }), TestContext.Current.CancellationToken);
}
