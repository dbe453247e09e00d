using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

public sealed class ResultTests
{
    static readonly JobKey<int> Double = new("double");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_waits_is_told_the_end_and_the_error_of_a_job_that_failed()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Double).HandledBy(void (int _) => throw new JobFaultException("no such number")));
        var (id, _) = await engine.Jobs.EnqueueAsync(Double, 1, cancellationToken: Token);
        var result = await engine.Jobs.WaitAsync(id, Token);

        Assert.Equal((JobState.Failed, null), (result.State, result.ResultJson));
        Assert.StartsWith("JobFaultException: no such number", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, result.Result<int>());
    }

    [Fact]
    public async Task Many_may_wait_for_one_job_and_one_that_comes_late_is_answered_too()
    {
        var release = new TaskCompletionSource();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Double).HandledBy(async (int n) =>
        {
            await release.Task;
            return n * 2;
        }));
        var (id, _) = await engine.Jobs.EnqueueAsync(Double, 21, cancellationToken: Token);
        var waiting = Enumerable.Range(0, 20).Select(_ => engine.Jobs.WaitAsync(id, Token)).ToArray();
        release.SetResult();

        Assert.All(await Task.WhenAll(waiting), result => Assert.Equal(42, result.Result<int>()));
        Assert.Equal(42, (await engine.Jobs.WaitAsync(id, Token)).Result<int>());
    }

    [Fact]
    public async Task A_cancelled_wait_ends_the_waiting_and_not_the_job()
    {
        var release = new TaskCompletionSource();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Double).HandledBy((int _) => release.Task));
        var (id, _) = await engine.Jobs.EnqueueAsync(Double, 21, cancellationToken: Token);
        using var impatience = new CancellationTokenSource();
        var waiting = engine.Jobs.WaitAsync(id, impatience.Token);
        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        release.SetResult();
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(id, Token)).State);
    }

    [Fact]
    public async Task Waiting_for_a_job_that_is_not_there_says_so()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Double).HandledBy((int _) => { }));
        Assert.Contains("There is no job 4711", (await Assert.ThrowsAsync<KeyNotFoundException>(() => engine.Jobs.WaitAsync(new(4_711), Token))).Message, StringComparison.Ordinal);
        Assert.Null(await engine.Jobs.FindAsync(new(4_711), cancellationToken: Token));
    }

    [Fact]
    public async Task A_result_that_is_too_large_fails_the_job_with_size_limit_and_remedy()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Double).HandledBy((int _) => new string('x', 300_000)));
        var job = await engine.RunAsync(Double, 1);

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains($"The result of job {job.Id} takes 300,002 bytes", job.Reason, StringComparison.Ordinal);
    }
}
