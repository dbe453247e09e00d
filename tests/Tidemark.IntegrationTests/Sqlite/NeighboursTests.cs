using Dapper;
using Tidemark.Sqlite;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Leasing;
using Tidemark.Sqlite.Writing;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

public sealed class NeighboursTests : IAsyncDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly SqliteFile _file;
    private readonly SqliteFile _elsewhere;   // another process has its own descriptors and its own mapping, as this has
    private readonly SqliteWriter _writer;

    public NeighboursTests()
    {
        _file = _folder.Open();
        _elsewhere = _folder.Open();
        _writer = new SqliteWriter(_elsewhere, TimeProvider.System);
    }

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _elsewhere.Dispose();
        _file.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_commit_elsewhere_is_heard()
    {
        var heard = new SemaphoreSlim(0);
        using var neighbours = new Neighbours(_file.Gate, () => heard.Release());
        await _writer.RunAsync(new InsertNumber(1), Ending);
        Assert.True(await heard.WaitAsync(TimeSpan.FromSeconds(30), Ending));
        await _writer.RunAsync(new InsertNumber(2), Ending);   // perhaps while the listener rests from the first
        Assert.True(await heard.WaitAsync(TimeSpan.FromSeconds(30), Ending));
    }

    [Fact]
    public async Task The_end_of_a_user_transaction_is_heard()
    {
        var heard = new SemaphoreSlim(0);
        using var neighbours = new Neighbours(_file.Gate, () => heard.Release());
        await using (var transaction = await new TidemarkSqlite(_writer).BeginAsync(Ending))
        {
            await transaction.Connection.ExecuteAsync("INSERT INTO numbers VALUES (1)", transaction: transaction.Transaction);
            await transaction.CommitAsync();
        }

        Assert.True(await heard.WaitAsync(TimeSpan.FromSeconds(30), Ending));
    }

    [Fact]
    public async Task What_changes_nothing_rings_for_nobody_so_that_idle_processes_do_not_wake_each_other_for_ever()
    {
        await _writer.RunAsync(new InsertNumber(1), Ending);
        var rings = _file.Gate.Rings;
        Assert.Equal(_elsewhere.Gate.Rings, rings);
        await _writer.RunAsync(new LendsToUserCode(), Ending);
        Assert.Equal(rings, _file.Gate.Rings);
        await _writer.RunAsync(new InsertNumber(2), Ending);
        Assert.NotEqual(rings, _file.Gate.Rings);
    }
}
