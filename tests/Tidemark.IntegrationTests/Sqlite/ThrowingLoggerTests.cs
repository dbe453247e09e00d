using Microsoft.Extensions.Logging;
using Tidemark.Sqlite;
using Tidemark.Sqlite.Writing;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

/// <summary>A logger whose own sink is gone. It is told on the writer thread, without which nothing in the process would be written any more.</summary>
public sealed class ThrowingLoggerTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_logger_that_throws_when_the_store_is_ill_and_when_it_is_well_again_does_not_end_the_writer()
    {
        var options = _folder.Options;
        options.BusyTimeout = TimeSpan.FromMilliseconds(20);
        await using var store = new SqliteJobStore(options, TimeProvider.System, new Sinkless());
        await store.OpenAsync();
        using (var stranger = _folder.OpenAsStranger())
        {
            using var transaction = stranger.BeginTransaction(deferred: false);
            var refused = await Assert.ThrowsAsync<StoreException>(async () => await store.SetQueuePausedAsync("default", true, "ada", null));
            Assert.Contains("without passing Tidemark's gate", refused.Message);
        }

        while (await store.ProbeAsync() is not null) await Task.Delay(20, Ending);
        await store.SetQueuePausedAsync("default", true, "ada", null);
        Assert.True(Assert.Single(await store.ListQueuesAsync(), queue => queue.Name == "default").Paused);
    }

    [Fact]
    public async Task A_warning_that_throws_fails_no_write_that_has_been_told_of_its_commit()
    {
        using var file = _folder.Open(options =>
        {
            options.WalCheckpointPages = 20;
            options.WalLimitBytes = 1 << 20;
        });
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        var warned = new TaskCompletionSource();
        writer.Wal.Warn = _ =>
        {
            warned.TrySetResult();
            throw new IOException("the sink is gone");
        };
        using var reader = _folder.OpenAsStranger();
        using var transaction = reader.BeginTransaction(deferred: true);
        using var command = reader.CreateCommand();
        command.CommandText = "SELECT count(*) FROM numbers";
        Assert.Equal(0L, command.ExecuteScalar());

        var next = 0L;
        for (var commits = 0; commits < 5_000 && !warned.Task.IsCompleted; commits++)
            await writer.RunAsync(new InsertNumbers([.. Enumerable.Range(0, 50).Select(_ => ++next * 1_000_003 % 1_000_000_007)]), Ending);

        Assert.True(warned.Task.IsCompleted);
        Assert.Equal(-1, await writer.RunAsync(new InsertNumber(-1), Ending));
        Assert.Null(writer.Health.Trouble);
    }

    sealed class Sinkless : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new IOException("the sink is gone");
    }
}
