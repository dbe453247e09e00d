using Tidemark.Sqlite.Writing;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

public sealed class WriterQueueTests : IDisposable
{
    private readonly WriterQueue _queue = new(limit: 2);

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task Who_comes_when_it_is_full_waits_outside_and_is_let_in_in_order()
    {
        Post(1);
        Post(2);
        Assert.False(_queue.TryPost([new InsertNumber(3)]));
        InsertNumber[] late = [new(3), new(4), new(5)];
        var waiting = late.Select(operation => _queue.PostAsync([operation], CancellationToken.None).AsTask()).ToArray();
        Assert.All(waiting, task => Assert.False(task.IsCompleted));

        var taken = Take(maxOperations: 1);
        Assert.Single(taken);
        await waiting[0];
        Assert.False(waiting[1].IsCompleted);
        Take(maxOperations: 100);
        await Task.WhenAll(waiting[1], waiting[2]);
        Assert.Equal([late[1], late[2]], Take(maxOperations: 100));
    }

    [Fact]
    public async Task Waiting_outside_can_be_cancelled_and_frees_the_place()
    {
        Post(1);
        Post(2);
        using var cancellation = new CancellationTokenSource();
        var cancelled = _queue.PostAsync([new InsertNumber(3)], cancellation.Token).AsTask();
        var next = new InsertNumber(4);
        var waiting = _queue.PostAsync([next], CancellationToken.None).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Take(maxOperations: 100);
        await waiting;
        Assert.Equal([next], Take(maxOperations: 100));
    }

    [Fact]
    public void A_group_is_never_split_by_a_limit()
    {
        Assert.True(_queue.TryPost([new InsertNumber(1), new InsertNumber(2), new InsertNumber(3)]));
        Assert.Equal(3, Take(maxOperations: 1).Count);
    }

    [Fact]
    public void Rows_end_a_commit_too()
    {
        Assert.True(_queue.TryPost([new InsertNumbers([1, 2, 3])]));
        Assert.True(_queue.TryPost([new InsertNumbers([4])]));
        Assert.Single(Take(maxOperations: 100, maxRows: 3));
    }

    [Fact]
    public void What_runs_alone_comes_alone()
    {
        Post(1);
        Assert.True(_queue.TryPost([new LendOperation()]));
        Assert.IsType<InsertNumber>(Assert.Single(Take(maxOperations: 100)));
        Post(2);
        Assert.IsType<LendOperation>(Assert.Single(Take(maxOperations: 100)));
        Assert.IsType<InsertNumber>(Assert.Single(Take(maxOperations: 100)));
    }

    [Fact]
    public void What_lends_to_user_code_joins_late_only_a_transaction_begun_for_it()
    {
        Post(2);
        Assert.True(_queue.TryPost([new LendsToUserCode()]));
        List<WriteOperation> taken = [new InsertNumber(1)];
        _queue.TakeLate(taken, maxOperations: 100, maxRows: 100, forUserCode: false);
        Assert.Equal(2, taken.Count);
        _queue.TakeLate(taken, maxOperations: 100, maxRows: 100, forUserCode: true);
        Assert.IsType<LendsToUserCode>(taken[^1]);
    }

    [Fact]
    public void A_lend_never_joins_late()
    {
        Assert.True(_queue.TryPost([new LendOperation()]));
        List<WriteOperation> taken = [new InsertNumber(1)];
        _queue.TakeLate(taken, maxOperations: 100, maxRows: 100, forUserCode: true);
        Assert.Single(taken);
    }

    [Fact]
    public async Task Closing_sends_away_who_waits_outside()
    {
        Post(1);
        Post(2);
        var waiting = _queue.PostAsync([new InsertNumber(3)], CancellationToken.None).AsTask();
        _queue.Close(new StoreException("closed"));
        await Assert.ThrowsAsync<StoreException>(() => waiting);
        Assert.False(_queue.IsClosedAndEmpty);
        Take(maxOperations: 100);
        Assert.True(_queue.IsClosedAndEmpty);
    }

    private void Post(long number) => Assert.True(_queue.TryPost([new InsertNumber(number)]));

    private List<WriteOperation> Take(int maxOperations, int maxRows = 1_000)
    {
        var taken = new List<WriteOperation>();
        _queue.Take(taken, maxOperations, maxRows);
        return taken;
    }
}
