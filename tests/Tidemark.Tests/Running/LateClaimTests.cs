using System.Collections.Concurrent;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Settling;
using Tidemark.Storage;
using Tidemark.Storage.InMemory;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.Tests.Running;

/// <summary>A claim that is answered when its worker has been declared dead meanwhile: what it brings may be another worker's by now.</summary>
public sealed class LateClaimTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_it_brings_is_given_back_and_begun_only_when_the_worker_has_claimed_it_anew()
    {
        var begun = 0;
        var store = new SlowToAnswer(new InMemoryJobStore(TimeProvider.System));
        await using var engine = await EngineHost.StartAsync(tidemark =>
        {
            (tidemark.Options.PollInterval, tidemark.Options.BeatInterval) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20));
            tidemark.Options.LeaseDuration = TimeSpan.FromMinutes(10); // nobody takes it from the dead one but who is given it back
            tidemark.AddJob(Load).HandledBy((int _) => { Interlocked.Increment(ref begun); });
        }, store: store);
        var job = await engine.RunAsync(Load, 1).WaitAsync(TimeSpan.FromSeconds(20), Token);

        Assert.Equal([JobEvent.Release], store.OfTheDead);
        Assert.Equal((JobState.Succeeded, 1, 1), (job.State, job.Attempt, begun));
    }

    /// <summary>Holds up the first claim that brings something, tells its worker that it is dead, and answers when that has joined again as another.</summary>
    sealed class SlowToAnswer(IJobStore inner) : StoreDecorator(inner)
    {
        readonly TaskCompletionSource rejoined = new(TaskCreationOptions.RunContinuationsAsynchronously);
        long dead; // 0: nobody yet

        /// <summary>What was settled in the name of the dead one.</summary>
        public ConcurrentQueue<JobEvent> OfTheDead { get; } = [];

        protected override async ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call)
        {
            if (asked is Beat beat && Interlocked.Read(ref dead) is not 0 and var id)
            {
                if (beat.Worker.Value == id) return (TReply)(object)new BeatReply(Alive: false);
                rejoined.TrySetResult(); // it beats as another: nothing is left to be done for its joining
            }
            if (asked is IReadOnlyList<Settlement> batch)
            {
                foreach (var settlement in batch.Where(one => one.Lease.Worker.Value == Interlocked.Read(ref dead))) OfTheDead.Enqueue(settlement.Event);
            }
            var reply = await call(asked);
            if (asked is ClaimRequest request && reply is ClaimReply { Jobs.Length: > 0 } && Interlocked.CompareExchange(ref dead, request.Worker.Value, 0) == 0) await rejoined.Task;
            return reply;
        }
    }
}
