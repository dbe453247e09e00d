using Tidemark.PostgreSql.Writing;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Which of the threads that sleep is woken, and which may give up what it keeps.</summary>
public sealed class WriterQueueTests
{
    readonly WriterQueue queue = new(limit: 10);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_that_sleep_the_upper_is_woken_and_the_lower_is_told_that_nobody_has_needed_him()
    {
        var sleepers = new[] { TakeAsync(patience: 1), TakeAsync(patience: 1) };
        var below = await await Task.WhenAny(sleepers.Select(one => one.Ended)).WaitAsync(TimeSpan.FromMinutes(1), Ending);
        Assert.True(below.HasMore);
        Assert.Empty(below.Taken);

        var operation = new WriteDelegate<int>(_ => 0);
        await queue.PostAsync(operation);
        var both = await Task.WhenAll(sleepers.Select(one => one.Ended)).WaitAsync(TimeSpan.FromMinutes(1), Ending);
        Assert.Same(operation, Assert.Single(both.SelectMany(one => one.Taken)));
    }

    [Fact]
    public async Task One_that_sleeps_alone_is_not_sent_away_however_little_patience_it_has()
    {
        var alone = TakeAsync(patience: 1);
        var operation = new WriteDelegate<int>(_ => 0);
        await SleepsAsync(alone);
        await Task.Delay(20, Ending); // many times its patience; were it sent away, it would take nothing
        await queue.PostAsync(operation);
        Assert.Same(operation, Assert.Single((await alone.Ended.WaitAsync(TimeSpan.FromMinutes(1), Ending)).Taken));
    }

    [Fact]
    public async Task Who_has_nothing_to_give_up_is_woken_after_those_who_have_although_he_fell_asleep_last()
    {
        var keeps = TakeAsync(patience: 600_000);
        await SleepsAsync(keeps);
        var keepsNothing = TakeAsync(patience: null);
        await SleepsAsync(keepsNothing);
        await queue.PostAsync(new WriteDelegate<int>(_ => 0));
        Assert.Single((await keeps.Ended.WaitAsync(TimeSpan.FromMinutes(1), Ending)).Taken);
        queue.Close(new InvalidOperationException("closed"));
        Assert.False((await keepsNothing.Ended.WaitAsync(TimeSpan.FromMinutes(1), Ending)).HasMore);
    }

    [Fact]
    public async Task All_are_woken_when_it_is_closed()
    {
        var sleepers = Enumerable.Range(0, 3).Select(_ => TakeAsync(patience: null)).ToList();
        queue.Close(new InvalidOperationException("closed"));
        Assert.All(await Task.WhenAll(sleepers.Select(one => one.Ended)).WaitAsync(TimeSpan.FromMinutes(1), Ending), one => Assert.False(one.HasMore));
    }

    static async Task SleepsAsync(Sleeper sleeper)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (!sleeper.Thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin)) await Task.Delay(5, limit.Token);
    }

    Sleeper TakeAsync(int? patience)
    {
        var ended = new TaskCompletionSource<(bool HasMore, List<WriteOperation> Taken)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            using var bell = new SemaphoreSlim(0);
            var taken = new List<WriteOperation>();
            ended.SetResult((queue.Take(taken, 10, 10, bell, patience is { } most ? TimeSpan.FromMilliseconds(most) : null), taken));
        }) { IsBackground = true };
        thread.Start();
        return new(thread, ended.Task);
    }

    sealed record Sleeper(Thread Thread, Task<(bool HasMore, List<WriteOperation> Taken)> Ended);
}
