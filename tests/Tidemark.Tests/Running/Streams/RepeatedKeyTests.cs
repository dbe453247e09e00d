using System.Collections.Concurrent;
using Xunit;

namespace Tidemark.Tests.Running.Streams;

/// <summary>One key for two items: nothing is lost for it, whatever stops the run in between.</summary>
public sealed class RepeatedKeyTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static Source<int, int?> Rows(params string[] keys) => Keyset.Of(
        (int? after, int _, CancellationToken _) => Task.FromResult<IReadOnlyList<int>>([.. Enumerable.Range((after ?? -1) + 1, keys.Length).Where(row => row < keys.Length)]),
        row => (int?)row,
        key: row => keys[row]);

    [Fact]
    public async Task A_key_that_comes_again_while_its_first_item_is_open_stops_a_stable_stream()
    {
        var done = new ConcurrentQueue<int>();
        var others = new CountdownEvent(1);
        await using var engine = await StreamHost.StartAsync((job, _) => job.Stream("items", Rows("k", "x", "k", "y")).ForEachAsync(async (item, token) =>
        {
            await Task.Yield();
            done.Enqueue(item.Value);
            if (item.Value == 0) others.Wait(token);
            else if (!others.IsSet) others.Signal();
        }), options => options.Concurrency = 4);
        var job = await engine.RunAsync(StreamHost.Load, 1).WaitAsync(StreamHost.Soon, Token);

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("the key 'k' twice", job.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(2, done);
    }

    [Fact]
    public async Task A_key_that_comes_again_while_its_first_item_is_on_the_list_for_later_stops_a_stable_stream()
    {
        await using var engine = await StreamHost.StartAsync((job, _) => job.Stream("items", Rows("k", "x", "k", "y")).ForEachAsync((item, _) =>
            item.Value == 0 ? throw new TimeoutException("come back later") : Task.CompletedTask),
            rules: job => job.OnException<TimeoutException>(_ => FaultDecision.Retry(TimeSpan.FromHours(1))));
        var job = await engine.RunAsync(StreamHost.Load, 1).WaitAsync(StreamHost.Soon, Token);

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("the key 'k' twice", job.Reason, StringComparison.Ordinal);
    }
}
