using System.Collections.Concurrent;
using Tidemark.Leasing;
using Tidemark.Seams;
using Tidemark.Storage;
using Tidemark.Tests.Running;
using Tidemark.Upkeep;
using Xunit;

namespace Tidemark.Tests.Leasing;

/// <summary>A worker that waits on a store to which asking costs much: it beats and looks seldom, and is there at once when something comes.</summary>
public sealed class WaitingTests
{
    static readonly JobKey<int> Load = new("load");
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20);
    static CancellationToken Token => TestContext.Current.CancellationToken;

    readonly ConcurrentQueue<object?> asked = [];

    [Fact]
    public async Task One_that_may_rest_does_not_beat_until_it_is_called_and_beats_on_as_long_as_it_holds_something()
    {
        var (started, release) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var store = new InterceptedStore((_, request) => request is Beat beat ? new BeatReply(true, MayRest: !beat.Holds) : null);
        await using var engine = await StartAsync(store, () =>
        {
            started.SetResult();
            return release.Task;
        });
        await RescuesAsync(25);
        Assert.False(Assert.Single(asked.OfType<Beat>()).Holds);
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await started.Task.WaitAsync(Soon, Token);
        store.BeatWanted!();
        await UntilAsync(() => asked.OfType<Beat>().Count() >= 5);
        Assert.All(asked.OfType<Beat>().Skip(1).Take(4), beat => Assert.True(beat.Holds));
        release.SetResult();
        await engine.UntilAsync(id, JobState.Succeeded).WaitAsync(Soon, Token);
        await UntilAsync(() => asked.OfType<Beat>().Count(beat => !beat.Holds) == 2);
        await RescuesAsync(25);
        Assert.Equal(2, asked.OfType<Beat>().Count(beat => !beat.Holds)); // it rests again
    }

    [Fact]
    public async Task One_of_a_large_fleet_leaves_it_to_the_others_to_look_and_takes_what_it_is_told_of()
    {
        var fleet = new Fleet(new(4_000_000, 1), new(4_000_000, 1)); // its next turn is in hours
        var isKnown = true;
        var store = new InterceptedStore((_, request) => request is RescueRequest && Volatile.Read(ref isKnown) ? new RescueReply { Jobs = [], WorkersBuried = 0, More = false, Fleet = fleet } : null);
        await using var engine = await StartAsync(store, () => Task.CompletedTask);
        await RescuesAsync(5);
        asked.Clear();
        await RescuesAsync(25);
        Assert.DoesNotContain(asked, request => request is ClaimRequest or RescueRequest { LooksAround: true } or "ReadDueSchedulesAsync");
        Volatile.Write(ref isKnown, false);
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await engine.UntilAsync(id, JobState.Succeeded).WaitAsync(Soon, Token);
        asked.Clear();
        await UntilAsync(() => asked.OfType<ClaimRequest>().Any(claim => claim.Prompt == ClaimPrompt.Poll)); // those that left it to others may be at work by now
    }

    // The chore's runs are the clock: as often as one of them there would be a beat and a poll.
    async Task RescuesAsync(int many)
    {
        var before = asked.Count(request => request is RescueRequest);
        await UntilAsync(() => asked.Count(request => request is RescueRequest) >= before + many);
    }

    static async Task UntilAsync(Func<bool> seen)
    {
        for (var began = TimeProvider.System.GetTimestamp(); !seen(); await Task.Delay(5, Token)) Assert.True(TimeProvider.System.GetElapsedTime(began) < Soon);
    }

    Task<EngineHost> StartAsync(IJobStore store, Func<Task> handler) => EngineHost.StartAsync(tidemark =>
    {
        (tidemark.Options.BeatInterval, tidemark.Options.RescueInterval, tidemark.Options.PollInterval) = (Often, Often, Often);
        tidemark.Options.LeaseDuration = TimeSpan.FromHours(5); // a part of it is never over
        tidemark.AddJob(Load).HandledBy((int _) => handler());
    }, store: new Watched(store, asked));

    sealed class Watched(IJobStore inner, ConcurrentQueue<object?> asked) : Simulation.StoreDecorator(inner)
    {
        protected override ValueTask<TResult> CallAsync<TArgument, TResult>(string method, TArgument argument, Func<TArgument, ValueTask<TResult>> call)
        {
            asked.Enqueue(method == nameof(ReadDueSchedulesAsync) ? method : argument);
            return call(argument);
        }
    }
}
