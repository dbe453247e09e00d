using Tidemark.Cli;
using Tidemark.IntegrationTests.Behaviour;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>What an operator sees of a split stream and does to it, beside the service that runs it.</summary>
public sealed class PartitionCommandTests
{
    static readonly JobKey<int> Load = new("load");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_split_stream_is_shown_as_one_with_a_line_a_partition_and_steered_by_its_job()
    {
        using var host = new CliHost();
        var begun = new CountdownEvent(2);
        await using var service = await StartedEngine.StartAsync(host.PathOf("tidemark.db"), tidemark => tidemark.AddJob(Load)
            .HandledBy((int _, JobContext job, CancellationToken _) => job.Stream("rows", Items.Of([1, 2, 3, 4], key: number => $"{number}")).ForEachAsync(async (_, token) =>
            {
                begun.Signal();
                await Task.Delay(Timeout.Infinite, token);
            }))
            .Stream("rows", stream => stream.Partitions = 2));
        var (id, _) = await service.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        Assert.True(begun.Wait(TimeSpan.FromMinutes(1), Token));
        while ((await service.Jobs.FindAsync(id, Token))!.State != JobState.Parked) await Task.Delay(10, Token);

        var shown = (await host.RunAsync("job", "show", $"{id}")).Output;
        Assert.Contains(shown, line => line.EndsWith("waits for its partitions: 2 of stream 'rows'", StringComparison.Ordinal));
        Assert.Contains(shown, line => line.StartsWith("stop now", StringComparison.Ordinal) && line.Contains("2 items", StringComparison.Ordinal));
        Assert.Equal(2, shown.Count(line => line.StartsWith("rows ", StringComparison.Ordinal) && line.Contains("running", StringComparison.Ordinal)));
        Assert.DoesNotContain(shown, line => line.StartsWith("replays", StringComparison.Ordinal));

        var alone = await host.RunAsync("job", "cancel", $"{id.Value + 1}");
        Assert.Equal(ExitCode.Usage, alone.Code);
        Assert.Contains($"walks a partition of job {id} and cannot be given up alone; nothing changed. Use: tidemark job cancel {id}", alone.Talk, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await host.RunAsync("job", "cancel", $"{id}")).Code);
        while ((await service.Jobs.FindAsync(id, Token))!.Streams[0].Partitions.Any(partition => partition.State != JobState.Cancelled)) await Task.Delay(10, Token);
    }

    [Fact]
    public async Task A_failed_partition_cannot_be_cancelled_alone_and_the_command_for_all_is_one_that_there_is()
    {
        using var host = new CliHost();
        await using var service = await StartedEngine.StartAsync(host.PathOf("tidemark.db"), tidemark => tidemark.AddJob(Load)
            .HandledBy((int _, JobContext job) => job.Stream("rows", Items.Of([1, 2, 3, 4], key: number => $"{number}")).ForEachAsync((_, _) => Task.FromException(new JobFaultException("no use"))))
            .Stream("rows", stream => stream.Partitions = 2));
        var (id, _) = await service.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        PartitionStatus? failed;
        while ((failed = (await service.Jobs.FindAsync(id, Token))!.Streams.SelectMany(stream => stream.Partitions).FirstOrDefault(partition => partition.State == JobState.Failed)) is null) await Task.Delay(10, Token);

        var alone = await host.RunAsync("job", "cancel", $"{failed.Job}");

        Assert.Equal(ExitCode.Usage, alone.Code);
        Assert.Contains($"nothing changed. Use: tidemark job cancel {id}", alone.Talk, StringComparison.Ordinal);
    }
}
