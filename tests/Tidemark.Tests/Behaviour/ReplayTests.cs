using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>A replay enters the handler for the items of one stream, and for nothing else.</summary>
public sealed class ReplayTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replay_does_not_walk_its_parents_cursor_loop_again()
    {
        var (walked, bad) = (0, true);
        await using var engine = await StartAsync(async job =>
        {
            var cursor = job.Cursor<int>("rows");
            for (var at = await cursor.LoadAsync(0); at < 100; at++)
            {
                walked++;
                await cursor.SaveAsync(at + 1);
            }
            await job.Stream("items", Three).ForEachAsync((item, _) => item.Value == 2 && bad ? throw new QuarantineItemException("x") : Task.CompletedTask);
        });
        var job = await engine.RunAsync(Load, 1);
        bad = false;
        Assert.Equal(JobState.Succeeded, await ReplayAsync(engine, job.Id));

        Assert.Equal(100, walked);
        Assert.Equal(3, (await engine.Jobs.FindAsync(job.Id, Token))!.Streams.Single(stream => stream.Name == "items").Done);
    }

    [Fact]
    public async Task A_replay_whose_handler_swallows_its_end_runs_no_later_step_and_succeeds()
    {
        var (published, bad) = (0, true);
        await using var engine = await StartAsync(async job =>
        {
            try
            {
                await job.Stream("items", Three).ForEachAsync((item, _) => item.Value == 1 && bad ? throw new QuarantineItemException("x") : Task.CompletedTask);
            }
            catch (Exception)
            {
                // as handlers do that log and go on
            }
            await job.StepAsync("publish", (_, _) =>
            {
                published++;
                return bad ? throw new JobFaultException("closed") : Task.CompletedTask;
            });
        });
        var job = await engine.RunAsync(Load, 1);
        Assert.Equal((JobState.Failed, 1), (job.State, published));
        bad = false;

        Assert.Equal(JobState.Succeeded, await ReplayAsync(engine, job.Id));
        Assert.Equal(1, published);
    }

    [Fact]
    public async Task A_replay_that_never_reaches_its_stream_fails_and_says_so()
    {
        var bad = true;
        await using var engine = await StartAsync(async job =>
        {
            if (bad) await job.Stream("items", Three).ForEachAsync((item, _) => item.Value == 2 ? throw new QuarantineItemException("x") : Task.CompletedTask);
        });
        var job = await engine.RunAsync(Load, 1);
        bad = false;
        var visit = Assert.Single(await engine.Jobs.ReplayQuarantineAsync(job.Id, cancellationToken: Token));
        var result = await engine.Jobs.WaitAsync(visit, Token);

        Assert.Equal(JobState.Failed, result.State);
        Assert.Contains("'items'", result.Error, StringComparison.Ordinal);
        Assert.Single(await engine.Jobs.QuarantinedAsync(job.Id, Token).ToListAsync(Token));
    }

    static Source<int, int> Three => Items.Of([1, 2, 3], i => $"{i}");

    static async Task<JobState> ReplayAsync(EngineHost engine, JobId job) =>
        (await engine.Jobs.WaitAsync(Assert.Single(await engine.Jobs.ReplayQuarantineAsync(job)), Token)).State;

    static Task<EngineHost> StartAsync(Func<JobContext, Task> handler) =>
        EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int _, JobContext job) => handler(job)).Stream("items").Retry(RetryPolicy.None));
}
