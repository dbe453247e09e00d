using Microsoft.Extensions.Logging;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>What an operator sees of a job: shifts of its source, pace, estimate, last words.</summary>
public sealed class ProgressTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Items_that_a_shifting_source_gives_again_are_counted_and_not_done_twice()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int _, JobContext job) => job.Stream("items", Pages.Of(
                // Something was inserted at the front between two pages: the last item of each comes again.
                (string? page, CancellationToken _) => Task.FromResult(page is null ? new Page<int, string>([0, 1, 2], "2") : new Page<int, string>([2, 3, 4], null)),
                i => $"{i}")).ForEachAsync((_, _) => Task.CompletedTask))
            .Stream("items"));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal((JobState.Succeeded, 5, 1), (job.State, job.Streams[0].Done, job.Streams[0].Shifted));
    }

    [Fact]
    public async Task Items_that_vanished_behind_the_position_are_counted_beside_those_of_earlier_attempts()
    {
        var parked = false;
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int _, JobContext job) => job.Stream("items", Pages.Of(
                (string? _, CancellationToken _) => Task.FromResult(new Page<int, string>(parked ? [1, 2, 3, 4, 5] : [0, 1, 1, 2, 3, 4, 5], null)), i => $"{i}")).ForEachAsync((item, _) =>
                {
                    if (parked || item.Value < 3) return Task.CompletedTask;
                    parked = true;
                    throw Park.UntilWoken("the list is edited meanwhile");
                }))
            .Stream("items"));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        Assert.Equal(1, (await engine.UntilAsync(id, JobState.Parked)).Streams[0].Shifted); // the 1 that came twice
        await engine.Jobs.WakeAsync(id, Token);
        await engine.Jobs.WaitAsync(id, Token);

        Assert.Equal((6, 3), (await engine.Jobs.FindAsync(id, Token))!.Streams[0] is var stream ? (stream.Done, stream.Shifted) : default); // 2 stands two places further up
    }

    [Fact]
    public async Task What_a_job_logs_is_read_while_it_runs_and_stays_in_order_after_its_end()
    {
        var release = new TaskCompletionSource();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy(async (int _, ILogger<ProgressTests> logger) =>
        {
            logger.LogWarning("the carrier is slow today");
            await release.Task;
            logger.LogError(new IOException("reset"), "lost the connection");
        }));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        var running = await engine.UntilAsync(id, job => job.Log.Count > 0);

        Assert.Equal(JobState.Running, running.State);
        Assert.EndsWith("Warning: the carrier is slow today", Assert.Single(running.Log), StringComparison.Ordinal);
        release.SetResult();
        await engine.Jobs.WaitAsync(id, Token);
        var log = (await engine.Jobs.FindAsync(id, Token))!.Log;
        Assert.Equal(2, log.Count);
        Assert.EndsWith("Error: lost the connection — IOException: reset", log[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_pace_is_known_after_three_seconds_and_five_items_and_only_of_the_last_minute()
    {
        var clock = new HandClock();
        var pace = new PaceWindow(clock);
        Assert.Null(pace.Note(0));
        clock.Pass(TimeSpan.FromSeconds(2));
        Assert.Null(pace.Note(100));
        clock.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(new StreamPace(200, 4_000, 200, 4_000), pace.Note(200)); // its newer half is too short to say anything else
        for (var second = 0; second < 120; second++)
        {
            clock.Pass(TimeSpan.FromSeconds(1));
            pace.Note(200 + second * 10);
        }
        Assert.Equal(10, Estimate.Of(pace.Note(0), default, null).PerSecond!.Value, tolerance: 0.001); // within half a second: as it was
    }

    [Fact]
    public void What_is_left_is_a_range_between_the_whole_window_and_its_newer_half()
    {
        var estimate = Estimate.Of(new StreamPace(600, 60_000, 150, 30_000), default, left: 1_000);
        Assert.Equal((10.0, new EtaRange(TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(200))), (estimate.PerSecond!.Value, estimate.Left!.Value));
        Assert.Null(Estimate.Of(new StreamPace(600, 60_000, 150, 30_000), default, left: null).Left);
        Assert.Equal(default, Estimate.Of(null, default, 1_000));
    }

    [Fact]
    public void A_silence_longer_than_saves_are_apart_counts_as_standing_still()
    {
        var pace = new StreamPace(600, 60_000, 300, 30_000);
        Assert.Equal(10, Estimate.Of(pace, TimeSpan.FromSeconds(30), null).PerSecond!.Value, tolerance: 0.001);
        Assert.Equal(5, Estimate.Of(pace, TimeSpan.FromSeconds(90), null).PerSecond!.Value, tolerance: 0.001);
    }

    sealed class HandClock : TimeProvider
    {
        long now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Pass(TimeSpan time) => now += time.Ticks;
    }
}
