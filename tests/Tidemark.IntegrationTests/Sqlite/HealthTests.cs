using Tidemark.Sqlite;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Writing;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

public sealed class HealthTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_full_disk_refuses_clearly_loses_nothing_and_is_recovered_from_without_restart()
    {
        using var mount = TemporaryMount.Tmpfs(_folder.Path, "1m");
        using var file = SqliteFile.Open(new TidemarkSqliteOptions { Path = Path.Combine(mount.Path, "store.db") }, [StoreFolder.Numbers]);
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        var recovered = Recovery(writer);

        var accepted = new List<long>();
        var next = 0L;
        StoreException refused;
        while (true)
        {
            var numbers = Enumerable.Range(0, 1_000).Select(_ => next++).ToArray();
            try
            {
                await writer.RunAsync(new InsertNumbers(numbers), Ending);
                accepted.AddRange(numbers);
                Assert.InRange(accepted.Count, 0, 200_000);
            }
            catch (StoreException error)
            {
                refused = error;
                break;
            }
        }

        Assert.Contains("Free space on its volume", refused.Message);
        Assert.Equal(SqliteFault.DiskFull, writer.Health.Trouble?.Fault);
        Assert.Equal(accepted, StoreFolder.ReadNumbers(file));

        mount.Remount("size=8m");
        await recovered.WaitAsync(TimeSpan.FromSeconds(30), Ending);
        Assert.Equal(-1, await writer.RunAsync(new InsertNumber(-1), Ending));
        Assert.Equal([-1, .. accepted], StoreFolder.ReadNumbers(file));
        using var connection = file.Connect(ConnectionRole.Reader);
        Assert.Equal("ok", Pragma.Text(connection.Handle!, "integrity_check"));
    }

    [Fact]
    public async Task A_stranger_that_holds_the_write_lock_is_named_and_nobody_hangs()
    {
        using var file = _folder.Open(options => options.BusyTimeout = TimeSpan.FromMilliseconds(20));
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        var recovered = Recovery(writer);
        using (var stranger = _folder.OpenAsStranger())
        {
            using var transaction = stranger.BeginTransaction(deferred: false);
            var refused = await Assert.ThrowsAsync<StoreException>(async () => await writer.RunAsync(new InsertNumber(1), Ending));
            Assert.Contains("without passing Tidemark's gate", refused.Message);

            // At once from now on, by the state of health: the next try is a second away.
            var again = await Assert.ThrowsAsync<StoreException>(async () => await writer.RunAsync(new InsertNumber(2), Ending));
            Assert.Equal(writer.Health.Trouble?.Message, again.Message);
        }

        await recovered.WaitAsync(TimeSpan.FromSeconds(30), Ending);
        Assert.Equal(3, await writer.RunAsync(new InsertNumber(3), Ending));
        Assert.Equal([3], StoreFolder.ReadNumbers(file));
    }

    [Fact]
    public async Task Writes_behind_a_gate_that_stays_shut_fail_after_the_limit_and_go_on_after_it()
    {
        using var file = _folder.Open(options => options.GateWaitLimit = TimeSpan.FromMilliseconds(50));
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        var recovered = Recovery(writer);
        using var another = new WriteGate(_folder.Database + "-gate");
        another.Enter();
        var refused = await Assert.ThrowsAsync<StoreException>(async () => await writer.RunAsync(new InsertNumber(1), Ending));
        Assert.Contains("has held the gate", refused.Message);
        another.Exit();
        await recovered.WaitAsync(TimeSpan.FromSeconds(30), Ending);
        Assert.Equal(2, await writer.RunAsync(new InsertNumber(2), Ending));
        Assert.Equal([2], StoreFolder.ReadNumbers(file));
    }

    private static Task Recovery(SqliteWriter writer)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        writer.Health.Changed = trouble =>
        {
            if (trouble is null) over.TrySetResult();
        };
        return over.Task;
    }
}
