using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Writing;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

public sealed class WriterTests : IAsyncDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly SqliteFile _file;
    private readonly SqliteWriter _writer;

    public WriterTests()
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
    public async Task An_operation_that_has_ended_is_durable()
    {
        Assert.Equal(7, await _writer.RunAsync(new InsertNumber(7), Ending));
        Assert.Equal([7], StoreFolder.ReadNumbers(_file));
    }

    [Fact]
    public async Task What_comes_while_a_transaction_is_written_shares_its_commit()
    {
        using var hold = new ManualResetEventSlim();
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = _writer.RunAsync(new WriteDelegate<bool>(_ =>
        {
            running.SetResult();
            return hold.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
        }), Ending);
        await running.Task;
        var others = Enumerable.Range(0, 500).Select(n => _writer.RunAsync(new InsertNumber(n), Ending).AsTask()).ToArray();
        hold.Set();
        Assert.True(await first);
        await Task.WhenAll(others);
        Assert.Equal(1, _writer.Commits);
    }

    [Fact]
    public async Task A_group_shares_one_commit_in_its_order_and_each_operation_stands_alone()
    {
        await _writer.RunAsync(new InsertNumber(5), Ending);
        var before = _writer.Commits;
        InsertNumbers[] group = [new([1, 2]), new([3, 5, 4]), new([6])];
        await _writer.PostAsync(group, Ending);
        Assert.Equal(2, await group[0].Completion);
        var refused = await Assert.ThrowsAsync<StoreException>(async () => await group[1].Completion);
        Assert.Contains("UNIQUE constraint failed: numbers.n", refused.Message);
        Assert.Equal(1, await group[2].Completion);
        Assert.Equal(before + 1, _writer.Commits);
        Assert.Equal([1, 2, 5, 6], StoreFolder.ReadNumbers(_file));
    }

    [Fact]
    public async Task One_statement_that_fails_leaves_its_neighbours()
    {
        InsertNumber[] group = [new(1), new(1), new(2)];
        await _writer.PostAsync(group, Ending);
        Assert.Equal(1, await group[0].Completion);
        await Assert.ThrowsAsync<StoreException>(async () => await group[1].Completion);
        Assert.Equal(2, await group[2].Completion);
        Assert.Equal([1, 2], StoreFolder.ReadNumbers(_file));
    }

    [Fact]
    public async Task An_operation_that_fails_half_way_against_its_word_is_undone_alone_all_the_same()
    {
        await _writer.RunAsync(new InsertNumber(5), Ending);
        InsertNumbers[] group = [new([1, 2]), new([3, 5, 4], admitsHalfWay: false), new([6])];
        await _writer.PostAsync(group, Ending);
        Assert.Equal(2, await group[0].Completion);
        await Assert.ThrowsAsync<StoreException>(async () => await group[1].Completion);
        Assert.Equal(1, await group[2].Completion);
        Assert.Equal([1, 2, 5, 6], StoreFolder.ReadNumbers(_file));
    }

    [Fact]
    public async Task An_exception_of_the_operation_itself_arrives_as_it_is()
    {
        var thrown = new InvalidTimeZoneException("mine");
        var failed = await Assert.ThrowsAsync<InvalidTimeZoneException>(async () =>
            await _writer.RunAsync(new WriteDelegate<bool>(transaction =>
            {
                transaction.Run("INSERT INTO numbers VALUES (1)");
                throw thrown;
            }), Ending));
        Assert.Same(thrown, failed);
        Assert.Empty(StoreFolder.ReadNumbers(_file));
        Assert.Null(_writer.Health.Trouble);
    }

    [Fact]
    public async Task Statements_left_open_by_a_failing_operation_do_not_hold_up_the_others()
    {
        await _writer.RunAsync(new InsertNumbers([1, 2, 3]), Ending);
        WriteOperation[] group =
        [
            new WriteDelegate<bool>(transaction =>
            {
                transaction.Prepare("INSERT INTO numbers SELECT n + 10 FROM numbers RETURNING n").Step();
                throw new InvalidOperationException("with rows still to come");
            }),
            new InsertNumber(4),
        ];
        await _writer.PostAsync(group, Ending);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await ((WriteDelegate<bool>)group[0]).Completion);
        Assert.Equal(4, await ((InsertNumber)group[1]).Completion);
        Assert.Equal([1, 2, 3, 4], StoreFolder.ReadNumbers(_file));
    }

    [Fact]
    public async Task Every_operation_of_a_transaction_sees_one_clock()
    {
        WriteDelegate<DateTimeOffset>[] group = [.. Enumerable.Range(0, 3).Select(_ => new WriteDelegate<DateTimeOffset>(transaction => transaction.Now))];
        await _writer.PostAsync(group, Ending);
        var first = await group[0].Completion;
        Assert.Equal(first, await group[1].Completion);
        Assert.Equal(first, await group[2].Completion);
    }

    [Fact]
    public async Task Continuations_never_run_on_the_writer_thread()
    {
        var name = await Task.Run(async () =>
        {
            await _writer.RunAsync(new InsertNumber(1), Ending);
            return Thread.CurrentThread.Name;
        }, Ending);
        Assert.NotEqual("tidemark-writer", name);
    }

    [Fact]
    public async Task An_operation_can_be_used_again()
    {
        var operation = new WriteDelegate<long>(transaction => transaction.Run("INSERT INTO numbers SELECT coalesce(max(n), 0) + 1 FROM numbers"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, await _writer.RunAsync(operation, Ending));
            operation.Renew();
        }

        Assert.Equal([1, 2, 3], StoreFolder.ReadNumbers(_file));
    }

    [Fact]
    public async Task A_closed_writer_has_carried_out_what_was_queued_and_refuses_the_rest()
    {
        var queued = Enumerable.Range(0, 100).Select(n => _writer.RunAsync(new InsertNumber(n), Ending).AsTask()).ToArray();
        await _writer.DisposeAsync();
        Assert.Equal(100, (await Task.WhenAll(queued)).Length);
        var refused = await Assert.ThrowsAsync<StoreException>(async () => await _writer.RunAsync(new InsertNumber(200), Ending));
        Assert.Contains("has been closed", refused.Message);
        Assert.Equal(100, StoreFolder.ReadNumbers(_file).Length);
    }
}
