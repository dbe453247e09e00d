using System.Collections.Concurrent;
using Tidemark.Running;
using Xunit;

namespace Tidemark.Tests.Running.Streams;

/// <summary>A source that fails for a moment gives every item all the same.</summary>
public sealed class BlinkingSourceTests
{
    const int Items = 700, PageSize = 100;
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Items_that_were_read_ahead_by_key_are_not_lost_when_the_source_fails_behind_them()
    {
        var (parks, seen) = (true, new ConcurrentQueue<int>());
        int? failsAt = null;
        var source = new Numbers(Items, PageSize, (filled, _) =>
        {
            if (filled != failsAt) return new(true);
            failsAt = null;
            throw new IOException("a moment, please");
        });
        await using var engine = await StreamHost.StartAsync((job, _) => job.Stream("items", source).ForEachAsync((item, _) =>
        {
            if (parks && item.Value == 150) throw Park.Until(DateTimeOffset.UtcNow.AddHours(1), "once");
            seen.Enqueue(item.Value);
            return Task.CompletedTask;
        }), options => options.Retry = new() { MaxRetries = 3, BaseDelay = TimeSpan.Zero });
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        await engine.UntilAsync(id, JobState.Parked).WaitAsync(StreamHost.Soon, Token);
        (parks, failsAt) = (false, 5 * PageSize);
        var job = await engine.WakeAsync(id);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Null(failsAt); // it did
        Assert.Equal(Enumerable.Range(0, Items), seen.Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_end_that_is_told_after_a_stop_was_asked_for_is_not_believed(bool parks)
    {
        var reading = new TaskCompletionSource();
        var seen = new ConcurrentQueue<int>();
        await using var engine = await StreamHost.StartAsync((job, _) => job.Stream("items", new Numbers(4, 2, LeavesAsync)).ForEachAsync((item, _) =>
        {
            seen.Enqueue(item.Value);
            return Task.CompletedTask;
        }));
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        await reading.Task.WaitAsync(StreamHost.Soon, Token);
        if (parks)
        {
            await engine.Jobs.ParkAsync(id, cancellationToken: Token);
            await engine.UntilAsync(id, JobState.Parked).WaitAsync(StreamHost.Soon, Token);
            Assert.Equal(JobState.Succeeded, (await engine.WakeAsync(id)).State);
            Assert.Equal([0, 1, 2, 3], seen.Order());
        }
        else
        {
            await engine.StopAsync();
            Assert.Equal(JobState.Pending, (await engine.Jobs.FindAsync(id, Token))!.State);
        }

        // The first time it says that it has ended, when it is told to leave.
        async ValueTask<bool> LeavesAsync(int filled, CancellationToken token)
        {
            if (filled != 2 || !reading.TrySetResult()) return true;
            var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var _ = token.Register(told.SetResult);
            await told.Task;
            return false;
        }
    }

    [Fact]
    public async Task One_that_fails_once_a_page_is_asked_again_each_time_however_few_failures_in_a_row_it_is_forgiven()
    {
        const int LastPage = 9;
        var failed = new HashSet<int>();
        await using var engine = await StreamHost.StartAsync((job, _) => job.Stream("items", Pages.Of((int? page, CancellationToken _) =>
        {
            var number = page ?? 0;
            if (failed.Add(number)) throw new IOException("a moment, please");
            return Task.FromResult(new Page<int, int?>([number], number == LastPage ? null : number + 1));
        }, key: item => $"{item}")).ForEachAsync((_, _) => Task.CompletedTask), options => options.Retry = new() { MaxRetries = 2, BaseDelay = TimeSpan.Zero });
        var job = await engine.RunAsync(StreamHost.Load, 1).WaitAsync(StreamHost.Soon, Token);

        Assert.Equal(Enumerable.Range(0, LastPage + 1), failed.Order());
        Assert.Equal((JobState.Succeeded, 1, LastPage + 1), (job.State, job.Attempt, job.Streams[0].Done));
        Assert.Empty(job.Interruptions);
    }

    [Fact]
    public async Task One_that_says_to_come_again_in_a_year_does_not_fail_the_attempt()
    {
        var asked = new TaskCompletionSource();
        await using var engine = await StreamHost.StartAsync((job, _) => job.Stream("items", Pages.Of((int? _, CancellationToken _) =>
        {
            asked.TrySetResult();
            return Task.FromException<Page<int, int?>>(new TimeoutException("quota"));
        }, key: item => $"{item}")).ForEachAsync((_, _) => Task.CompletedTask), rules: job => job.OnException<TimeoutException>(_ => FaultDecision.Retry(TimeSpan.FromDays(364))));
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        await asked.Task.WaitAsync(Token);

        await engine.Jobs.CancelAsync(id, cancellationToken: Token);
        Assert.Equal(JobState.Cancelled, (await engine.Jobs.WaitAsync(id, Token)).State);
    }

    /// <summary>Numbers from 0 on, a page at a time, and what happens before a page is read: false says that there is none.</summary>
    sealed class Numbers(int count, int page, Func<int, CancellationToken, ValueTask<bool>> before) : Source<int, int>
    {
        public override SourceKind Kind => SourceKind.ByKey;

        public override ValueTask<SourceReader<int, int>> OpenAsync(SourceStart<int> start, CancellationToken cancellationToken) => new(new Reader(count, page, before));

        sealed class Reader(int count, int page, Func<int, CancellationToken, ValueTask<bool>> before) : SourceReader<int, int>
        {
            int next, filled;

            public override bool TryRead(out SourceItem<int, int> item)
            {
                item = next < filled ? new($"{next}", next, next + 1) : default;
                return next < filled && next++ < filled;
            }

            public override async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
            {
                if (!await before(filled, cancellationToken)) return false;
                filled = Math.Min(filled + page, count);
                return next < filled;
            }
        }
    }
}
