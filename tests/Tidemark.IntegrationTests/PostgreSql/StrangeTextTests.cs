using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tidemark.IntegrationTests.Behaviour;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Texts that the server keeps nowhere, in what handlers throw and log: no outcome may wait for ever behind them.</summary>
public sealed class StrangeTextTests : IAsyncLifetime
{
    static readonly JobKey<string> Load = new("load");
    PlainStore? plain;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => plain = await PlainStore.CreateAsync();

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Theory]
    [InlineData("a\0b")]
    [InlineData("a<half>")]
    public async Task What_a_handler_throws_or_logs_ends_its_own_job_and_holds_up_no_other(string text)
    {
        text = text.Replace("<half>", "\uD83D", StringComparison.Ordinal); // which an attribute could not keep either
        await using var engine = await StartedEngine.StartAsync(tidemark =>
        {
            tidemark.UsePostgreSql(plain!.Source, options => (options.Schema, options.PresenceDirectory) = (plain.Schema, plain.Folder));
            tidemark.AddJob(Load).Retry(RetryPolicy.None).Stream("items", options => options.Retry = RetryPolicy.None).HandledBy(async (string how, JobContext job, ILogger<StrangeTextTests> logger) =>
            {
                if (how == "logs") logger.LogInformation("{Text}", text);
                if (how == "throws") throw new InvalidOperationException(text);
                if (how == "throws in a stream") await job.Stream("items", Items.Of([1, 2], i => $"{i}")).ForEachAsync((_, _) => throw new InvalidOperationException(text));
            });
        });
        var began = TimeProvider.System.GetTimestamp();
        var (strange, _) = await engine.Jobs.EnqueueAsync(Load, "throws", cancellationToken: Ending);
        var (logging, _) = await engine.Jobs.EnqueueAsync(Load, "logs", cancellationToken: Ending);
        var (stream, _) = await engine.Jobs.EnqueueAsync(Load, "throws in a stream", cancellationToken: Ending);
        var (plainly, _) = await engine.Jobs.EnqueueAsync(Load, "plainly", cancellationToken: Ending);
        Assert.Equal(JobState.Succeeded, (await EndAsync(plainly)).State);
        Assert.Equal(JobState.Succeeded, (await EndAsync(logging)).State);
        Assert.Equal(JobState.Failed, (await EndAsync(strange)).State);
        Assert.Equal(2, (await EndAsync(stream)).Streams[0].Quarantined);
        Assert.Contains("a\uFFFD", (await engine.Jobs.FindAsync(strange, Ending))!.Error, StringComparison.Ordinal);

        async Task<JobStatus> EndAsync(JobId id)
        {
            while (true)
            {
                var job = (await engine.Jobs.FindAsync(id, Ending))!;
                if (job.State is JobState.Succeeded or JobState.Failed) return job;
                Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(1), $"{job.Id} is {job.State}");
                await Task.Delay(20, Ending);
            }
        }
    }
}
