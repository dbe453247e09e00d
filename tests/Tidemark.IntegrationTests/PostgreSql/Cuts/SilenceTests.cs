using Npgsql;
using Tidemark.IntegrationTests.Crash;
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
        source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = proxy.Folder, CommandTimeout = 0 }.ConnectionString);
        store = new(source, new() { Schema = plain.Schema, HintInterval = TimeSpan.Zero, PresenceDirectory = proxy.Folder });
        await store.OpenAsync();
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
        await JoinAsync(lease: 16);
        _ = proxy!.FallSilent();
        Assert.True((await BeatAsync()).Alive);
        Assert.True((await BeatAsync()).Alive);
    }

    [Fact]
    public async Task A_beat_goes_on_being_tried_while_nobody_answers_on_new_connections_either()
    {
        await JoinAsync(lease: 16);
        var came = proxy!.FallSilent(andComing: 1);
        Assert.True((await BeatAsync()).Alive);
        Assert.True(came.IsCompleted);
    }

    [Fact]
    public async Task A_beat_that_nobody_answers_is_given_up_while_there_is_time_for_others()
    {
        await JoinAsync(lease: 6);
        _ = proxy!.FallSilent(andComing: int.MaxValue);
        var unanswered = await Assert.ThrowsAsync<StoreException>(BeatAsync);
        Assert.Contains("has not answered a beat within 3 s", unanswered.Message, StringComparison.Ordinal);
        proxy.Speak();
        while (await Record.ExceptionAsync(BeatAsync) is { } still) Assert.IsType<StoreException>(still); // until the driver has given up what it began in the silence
    }

    async Task JoinAsync(int lease)
    {
        worker = await store!.RegisterAsync(Given.Worker with { LeaseDuration = TimeSpan.FromSeconds(lease) });
        Assert.True((await BeatAsync()).Alive);
    }

    // It blocks its thread.
    Task<BeatReply> BeatAsync() => Task.Run(async () => await store!.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 }), TestContext.Current.CancellationToken).WaitAsync(CrashTime.Longest, TestContext.Current.CancellationToken);
}
