using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.PostgreSql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.WentBack;

/// <summary>What looks like a store that went back in time, and is none.</summary>
public sealed class LookTests : IAsyncLifetime
{
    PlainStore? plain;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => plain = await PlainStore.CreateAsync();

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Fact]
    public async Task Many_connections_that_are_opened_at_once_while_others_write_see_one_past()
    {
        const int rounds = 60, threads = 4;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        var writing = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested) await plain!.Store.EnqueueAsync([Given.Job], null);
        }, Ending);
        for (var round = 0; round < rounds; round++)
        {
            var database = new Database(plain!.Source, new() { Schema = plain.Schema });
            await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(() => database.Open().Dispose(), Ending)));
            Assert.True(database.History.Era == 0, database.History.Why);
        }
        await enough.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task A_server_whose_clock_is_set_back_has_not_gone_back()
    {
        var worker = await plain!.Store.RegisterAsync(Given.Worker);
        await BeatAsync();
        await plain.RunAsync($"CREATE OR REPLACE FUNCTION {plain.Schema}.now_ms() RETURNS bigint LANGUAGE sql AS 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint - 3600000'");
        await BeatAsync();

        async Task BeatAsync()
        {
            for (var beats = 0; beats < 4; beats++)
            {
                var reply = await plain.Store.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 });
                Assert.True(reply.Alive, reply.Why);
                await plain.Store.EnqueueAsync([Given.Job], null);
            }
            await using var anew = await plain.ConnectAsync();
        }
    }

    [Fact]
    public async Task What_is_told_in_a_transaction_that_is_undone_is_told_by_the_next_and_is_no_news_to_who_has_told_it()
    {
        var database = new Database(plain!.Source, new() { Schema = plain.Schema });
        using var connection = database.Open();
        using var statements = new StatementCache(connection, database, prepare: false);
        database.History.Notices.Replace(new(1, "for a test"));
        foreach (var isUndone in new[] { true, false })
        {
            using var transaction = connection.BeginTransaction();
            var told = database.History.Notices.Tell(new WriteTransaction(database, statements, transaction, isLent: false));
            Assert.NotNull(told);
            database.Open().Dispose(); // sees the epoch as it was
            if (isUndone)
            {
                transaction.Rollback();
                continue;
            }
            transaction.Commit();
            database.Open().Dispose(); // sees it grown, before it is known to have been told
            database.History.Notices.Told(told);
        }
        Assert.Equal(2L, await plain.AskAsync<long>($"SELECT epoch FROM {plain.Schema}.store"));
        database.Open().Dispose();
        Assert.True(database.History.Era == 0, database.History.Why);
    }
}
