using Dapper;
using Tidemark.Sqlite;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Writing;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

/// <summary>User code that closes the connection of its transaction itself, by a using mostly.</summary>
public sealed class ClosedConnectionTests : IAsyncDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly SqliteFile _file;
    private readonly SqliteWriter _writer;

    public ClosedConnectionTests()
    {
        _file = _folder.Open();
        _writer = new SqliteWriter(_file, TimeProvider.System);
    }

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _file.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Closed_before_the_commit_it_says_that_nothing_was_committed_and_others_write_on()
    {
        await using var transaction = await new TidemarkSqlite(_writer).BeginAsync(Ending);
        await using (var connection = transaction.Connection)
        {
            await connection.ExecuteAsync("INSERT INTO numbers VALUES (1)", transaction: transaction.Transaction);
        }

        var refused = await Assert.ThrowsAsync<StoreException>(transaction.CommitAsync);
        Assert.Contains("closed before CommitAsync()", refused.Message);
        Assert.False(refused.OutcomeUnknown);
        Assert.Equal(2, await _writer.RunAsync(new InsertNumber(2), Ending));   // at once: the file is well
        Assert.Equal([2], StoreFolder.ReadNumbers(_file));
    }

    [Fact]
    public async Task Closed_before_it_is_disposed_of_it_costs_the_others_nothing()
    {
        await using (var transaction = await new TidemarkSqlite(_writer).BeginAsync(Ending))
        {
            await transaction.Connection.ExecuteAsync("INSERT INTO numbers VALUES (1)", transaction: transaction.Transaction);
            await transaction.Connection.CloseAsync();
        }

        Assert.Equal(2, await _writer.RunAsync(new InsertNumber(2), Ending));
        Assert.Null(_writer.Health.Trouble);
        Assert.Equal([2], StoreFolder.ReadNumbers(_file));
    }

    // What is prepared lives on until it is finalised: it would begin a transaction of its own, and commit it.
    [Fact]
    public async Task Nothing_is_enqueued_in_a_transaction_whose_connection_is_closed()
    {
        await using (var transaction = await new TidemarkSqlite(_writer).BeginAsync(Ending))
        {
            var gated = _writer.Gated.Require(transaction.Transaction);
            Assert.Equal(2, gated.Run(new InsertNumbers([1, 2])));
            await transaction.Connection.CloseAsync();
            Assert.Contains("has been closed", Assert.Throws<StoreException>(() => gated.Run(new InsertNumbers([3]))).Message);
        }

        Assert.Empty(StoreFolder.ReadNumbers(_file));
    }
}
