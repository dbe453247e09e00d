using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Hosting;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Seams;
using Tidemark.Settling;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.Tests.Running;

/// <summary>The outcomes that wait to be written, while the store does not answer.</summary>
public sealed class SettlerTests
{
    const int MostWaiting = 10_000;
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_posts_to_a_store_that_has_fallen_far_behind_waits_until_there_is_room_again()
    {
        var askedTwice = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (isAway, asked) = (true, 0);
        var store = new InterceptedStore((_, argument) =>
        {
            if (!Volatile.Read(ref isAway)) return ((IReadOnlyList<Settlement>)argument!).Select(_ => SettleVerdict.Settled).ToArray();
            if (++asked == 2) askedTwice.TrySetResult();
            throw new StoreException("nobody answers");
        });
        var written = new List<long>();
        using var pulse = new PulseThread();
        using var stop = new CancellationTokenSource();
        using var settler = new Settler(Parts(store, pulse)) { Settled = settlement => written.Add(settlement.Job.Id.Value) };

        // Nothing is taken in hand before all are posted: so it is known which one is too many.
        Task[] posted = [.. Enumerable.Range(1, MostWaiting + 1).Select(number => settler.PostAsync(Outcome(number)).AsTask())];
        Assert.All(posted[..^1], post => Assert.True(post.IsCompletedSuccessfully));
        Assert.False(posted[^1].IsCompleted);

        var loop = Task.Run(() => settler.RunAsync(stop.Token), Token);
        await askedTwice.Task.WaitAsync(Soon, Token);
        Assert.False(posted[^1].IsCompleted); // a batch in hand that cannot be written makes no room
        Volatile.Write(ref isAway, false);
        await posted[^1].WaitAsync(Soon, Token);
        await settler.WhenIdleAsync().WaitAsync(Soon, Token);
        Assert.Equal(Enumerable.Range(1, MostWaiting + 1).Select(number => (long)number), written);

        await stop.CancelAsync();
        settler.Hint();
        await loop.WaitAsync(Soon, Token);
    }

    static Settlement Outcome(int number) => Given.Outcome(
        new()
        {
            Id = new(number), Fence = 1, Worker = new(1), Name = Given.Name, Queue = Given.Queue, Arguments = [], Attempt = 1, Failures = 0, Crashes = 0, IsSuspect = false,
            Priority = 0, DueAt = default, CreatedAt = default, Tags = null, Parent = null, Visit = null, DedupKey = null, HasMemory = false,
        },
        new WorkerId(1), JobEvent.Succeed);

    static EngineParts Parts(InterceptedStore store, PulseThread pulse) => new()
    {
        Store = store,
        Time = TimeProvider.System,
        Entropy = new SystemEntropy(),
        Options = new(),
        Catalog = new([]),
        Scopes = null,
        Loggers = NullLoggerFactory.Instance,
        Lanes = new() { Engine = TaskScheduler.Default, Timers = TimeProvider.System, Handlers = TaskScheduler.Default, Cancel = PoolCancelling.Cancel, Pulse = pulse },
    };
}
