using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Reading;
using Tidemark.Sqlite.Writing;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

public sealed class WalTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_WAL_stays_near_its_threshold_however_much_is_written()
    {
        using var file = _folder.Open(options => options.WalCheckpointPages = 50);
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        await WriteAsync(writer, transactions: 400);
        Assert.InRange(new FileInfo(file.WalPath).Length, 1, 200 * 4096);
        Assert.InRange(writer.Wal.Checkpoints, 5, 400);
    }

    [Fact]
    public async Task A_reader_that_stays_lets_the_WAL_grow_with_a_warning_and_not_for_ever()
    {
        using var file = _folder.Open(options =>
        {
            options.WalCheckpointPages = 20;
            options.WalLimitBytes = 1 << 20;
        });
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        var warned = new TaskCompletionSource<string>();
        writer.Wal.Warn = text => warned.TrySetResult(text);
        await WriteAsync(writer, transactions: 1);

        using (var stranger = _folder.OpenAsStranger())
        {
            using var transaction = stranger.BeginTransaction(deferred: true);
            using var command = stranger.CreateCommand();
            command.CommandText = "SELECT count(*) FROM numbers";
            Assert.Equal(50L, command.ExecuteScalar());
            await WriteAsync(writer, transactions: 600);
            Assert.Contains("a reader has been open for too long", await warned.Task.WaitAsync(TimeSpan.FromSeconds(30), Ending));
        }

        Assert.InRange(new FileInfo(file.WalPath).Length, 1 << 20, long.MaxValue);
        await WriteAsync(writer, transactions: 50);
        Assert.InRange(new FileInfo(file.WalPath).Length, 0, 1 << 20);
    }

    [Fact]
    public async Task An_idle_writer_empties_the_WAL()
    {
        using var file = _folder.Open(options => options.WalIdleDelay = TimeSpan.FromMilliseconds(20));
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        await WriteAsync(writer, transactions: 5);
        Assert.True(SpinWait.SpinUntil(() => new FileInfo(file.WalPath).Length == 0, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task An_idle_writer_leaves_the_WAL_alone_while_another_holds_the_gate()
    {
        using var file = _folder.Open(options => options.WalIdleDelay = TimeSpan.FromMinutes(30));
        using var connection = file.Connect(ConnectionRole.Writer);
        await using (var writer = new SqliteWriter(file, TimeProvider.System)) await WriteAsync(writer, transactions: 5);

        // What the writer's thread does once it has been idle for long enough, done here: that it has been done is then known.
        var wal = new WalKeeper(file, connection.Handle!, TimeProvider.System);
        using var another = new WriteGate(_folder.Database + "-gate");
        another.Enter();
        var length = new FileInfo(file.WalPath).Length;
        Assert.NotEqual(0, length);
        wal.WhenIdle();
        Assert.Equal(length, new FileInfo(file.WalPath).Length);
        another.Exit();
        wal.WhenIdle();
        Assert.Equal(0, new FileInfo(file.WalPath).Length);
    }

    [Fact]
    public async Task What_dead_processes_have_left_in_the_WAL_counts()
    {
        using var file = _folder.Open(options => options.WalCheckpointPages = 100);
        for (var process = 0; process < 20; process++)
        {
            // Each writes less than the threshold and ends without a checkpoint, as a killed one does.
            await using var writer = new SqliteWriter(file, TimeProvider.System);
            await WriteAsync(writer, transactions: 10);
        }

        Assert.InRange(new FileInfo(file.WalPath).Length, 1, 300 * 4096);
    }

    [Fact]
    public async Task Readers_see_what_is_committed_and_cannot_write()
    {
        using var file = _folder.Open(options => options.MaxReaders = 1);
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        using var readers = new SqliteReaders(file);
        await writer.RunAsync(new InsertNumbers([1, 2]), Ending);
        const string Count = "SELECT count(*) FROM numbers";

        // Left in the middle of its rows on purpose: the next read must not see the old snapshot.
        Assert.True(readers.Read(statements => statements.Get("SELECT n FROM numbers").Step()));
        await writer.RunAsync(new InsertNumber(3), Ending);
        Assert.Equal(3, readers.Read(statements =>
        {
            var count = statements.Get(Count);
            return count.Step() ? count.Int64(0) : -1;
        }));
        var refused = Assert.Throws<StoreException>(() => readers.Read(statements => statements.Get("DELETE FROM numbers").Run()));
        Assert.Contains("readonly", refused.Message);
    }

    private static long _next = 1;

    private static async Task WriteAsync(SqliteWriter writer, int transactions)
    {
        for (var i = 0; i < transactions; i++)
        {
            var from = Interlocked.Add(ref _next, 50);
            await writer.RunAsync(new InsertNumbers([.. Enumerable.Range(0, 50).Select(n => (from + n) * 1_000_003 % 1_000_000_007)]), Ending);
        }
    }
}
