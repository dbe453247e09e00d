using Microsoft.Data.Sqlite;
using Dapper;
using Tidemark.Sqlite;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Writing;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

public sealed class UserTransactionTests : IAsyncDisposable
{
    private readonly StoreFolder _folder = new();
    private SqliteFile? _file;
    private SqliteWriter? _writer;

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_writer is not null) await _writer.DisposeAsync();
        _file?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_committed_is_there_and_what_is_disposed_is_not()
    {
        var sqlite = Start();
        await using (var kept = await sqlite.BeginAsync(Ending))
        {
            await kept.Connection.ExecuteAsync("INSERT INTO numbers VALUES (1)", transaction: kept.Transaction);
            await kept.CommitAsync();
        }

        await using (var dropped = await sqlite.BeginAsync(Ending))
        {
            await dropped.Connection.ExecuteAsync("INSERT INTO numbers VALUES (2)", transaction: dropped.Transaction);
        }

        Assert.Equal([1], StoreFolder.ReadNumbers(_file!));
    }

    // Else the user's disposing of his commands would meet the closing of their connection.
    [Fact]
    public async Task Whoever_is_told_of_its_end_finds_the_connection_closed_and_can_dispose_of_his_commands()
    {
        var sqlite = Start();
        for (var number = 0; number < 200; number++)
        {
            var transaction = await sqlite.BeginAsync(Ending);
            SqliteCommand[] commands = [.. Enumerable.Range(0, 20).Select(_ => new SqliteCommand("SELECT 1", transaction.Connection, transaction.Transaction))];
            if (number % 2 == 0) await transaction.CommitAsync();
            else await transaction.DisposeAsync();
            Assert.Equal(System.Data.ConnectionState.Closed, transaction.Connection.State);
            foreach (var command in commands) await command.DisposeAsync();
            await transaction.DisposeAsync();
        }
    }

    [Fact]
    public async Task While_it_is_open_other_writers_wait_in_this_process_and_in_others()
    {
        var sqlite = Start();
        var transaction = await sqlite.BeginAsync(Ending);
        var own = _writer!.RunAsync(new InsertNumber(1), Ending).AsTask();
        using var elsewhere = new WriteGate(_folder.Database + "-gate");   // another process has its own descriptors, as this has
        Assert.False(elsewhere.TryEnter());
        Assert.False(own.IsCompleted);
        await transaction.CommitAsync();
        Assert.Equal(1, await own);
        await transaction.DisposeAsync();
    }

    [Fact]
    public async Task An_operation_inside_it_is_committed_or_rolled_back_with_it()
    {
        var sqlite = Start();
        await using (var kept = await sqlite.BeginAsync(Ending))
        {
            var gated = _writer!.Gated.Require(kept.Transaction);
            Assert.Equal(2, gated.Run(new InsertNumbers([1, 2])));

            // One that fails is undone alone: the user's own writes and the others stay.
            Assert.Throws<StoreException>(() => gated.Run(new InsertNumbers([3, 1])));
            await kept.Connection.ExecuteAsync("INSERT INTO numbers VALUES (9)", transaction: kept.Transaction);
            await kept.CommitAsync();
        }

        await using (var dropped = await sqlite.BeginAsync(Ending))
        {
            _writer!.Gated.Require(dropped.Transaction).Run(new InsertNumbers([20]));
        }

        Assert.Equal([1, 2, 9], StoreFolder.ReadNumbers(_file!));
    }

    [Fact]
    public async Task A_transaction_that_did_not_pass_the_gate_is_refused_with_the_remedy()
    {
        var sqlite = Start();
        using var stranger = _folder.OpenAsStranger();
        using var foreign = stranger.BeginTransaction(deferred: true);
        var refused = Assert.Throws<StoreException>(() => _writer!.Gated.Require(foreign));
        Assert.Contains("TidemarkSqlite.BeginAsync()", refused.Message);

        var ended = await sqlite.BeginAsync(Ending);
        await ended.CommitAsync();
        Assert.Throws<StoreException>(() => _writer!.Gated.Require(ended.Transaction));
        await ended.DisposeAsync();
    }

    [Fact]
    public async Task One_that_takes_too_long_is_rolled_back_and_says_why()
    {
        var sqlite = Start(limit: TimeSpan.FromSeconds(2)); // far more than it takes to come to the write that waits
        await using var slow = await sqlite.BeginAsync(Ending);
        await slow.Connection.ExecuteAsync("INSERT INTO numbers VALUES (1)", transaction: slow.Transaction);

        // The mistake that its message names: a write that waits for the very transaction it is awaited in.
        Assert.Equal(2, await _writer!.RunAsync(new InsertNumber(2), Ending));

        await Assert.ThrowsAnyAsync<Exception>(() => slow.Connection.ExecuteAsync("INSERT INTO numbers VALUES (3)", transaction: slow.Transaction));
        await Assert.ThrowsAnyAsync<Exception>(() => slow.Connection.ExecuteAsync("INSERT INTO numbers VALUES (4)"));
        var error = await Assert.ThrowsAsync<StoreException>(() => slow.CommitAsync());
        Assert.Contains("UserTransactionTimeLimit", error.Message);
        Assert.Equal([2], StoreFolder.ReadNumbers(_file!));
    }

    [Fact]
    public async Task A_statement_that_runs_when_the_time_is_over_is_ended()
    {
        var sqlite = Start(limit: TimeSpan.FromSeconds(2)); // far more than it takes to come to the statement that never ends
        await using var slow = await sqlite.BeginAsync(Ending);
        await using var open = await slow.Connection.ExecuteReaderAsync("SELECT 1 UNION ALL SELECT 2", transaction: slow.Transaction);
        Assert.True(await open.ReadAsync(Ending));   // an idle reader beside it must not keep the rollback from happening
        await Assert.ThrowsAnyAsync<Exception>(() => slow.Connection.ExecuteAsync(
            "INSERT INTO numbers WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c", transaction: slow.Transaction, commandTimeout: 0));
        Assert.Equal(1, await _writer!.RunAsync(new InsertNumber(1), Ending));
        Assert.Equal([1], StoreFolder.ReadNumbers(_file!));
    }

    [Fact]
    public async Task Its_connection_does_not_open_again()
    {
        var sqlite = Start();
        var transaction = await sqlite.BeginAsync(Ending);
        var connection = transaction.Connection;
        await transaction.DisposeAsync();
        Assert.Equal(System.Data.ConnectionState.Closed, connection.State);
        Assert.Contains("BeginAsync()", Assert.Throws<InvalidOperationException>(connection.Open).Message);
    }

    [Fact]
    public async Task Waiting_for_the_gate_can_be_cancelled()
    {
        var sqlite = Start();
        await using var first = await sqlite.BeginAsync(Ending);
        using var cancellation = new CancellationTokenSource();
        var second = sqlite.BeginAsync(cancellation.Token);
        Assert.False(second.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await first.CommitAsync();
        Assert.Equal(1, await _writer!.RunAsync(new InsertNumber(1), Ending));
    }

    [Fact]
    public async Task Ended_twice_or_through_its_own_object_it_says_so()
    {
        var sqlite = Start();
        await using var twice = await sqlite.BeginAsync(Ending);
        await twice.CommitAsync();
        Assert.Contains("already ended", (await Assert.ThrowsAsync<StoreException>(() => twice.CommitAsync())).Message);

        await using var past = await sqlite.BeginAsync(Ending);
        await past.Connection.ExecuteAsync("INSERT INTO numbers VALUES (1)", transaction: past.Transaction);
        past.Transaction.Rollback();
        Assert.Contains("CommitAsync() only", (await Assert.ThrowsAsync<StoreException>(() => past.CommitAsync())).Message);
        Assert.Empty(StoreFolder.ReadNumbers(_file!));
    }

    private TidemarkSqlite Start(TimeSpan? limit = null)
    {
        _file = _folder.Open(options => options.UserTransactionTimeLimit = limit ?? options.UserTransactionTimeLimit);
        _writer = new SqliteWriter(_file, TimeProvider.System);
        return new TidemarkSqlite(_writer);
    }
}
