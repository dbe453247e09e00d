using Microsoft.Extensions.Logging;
using Tidemark.Storage;
using Xunit;

namespace Tidemark.Tests.Running;

/// <summary>What a job logs while it runs, and a store that cannot write it at first.</summary>
public sealed class RunningLogTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lines_that_were_not_written_are_told_before_those_that_came_since_unless_they_may_stand_there_already(bool mayBeWritten)
    {
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var saves = 0;
        var store = new InterceptedStore((method, _) =>
        {
            if (method != nameof(IJobStore.SaveLogAsync)) return null;
            if (++saves == 1)
            {
                failed.SetResult();
                throw new StoreException("nobody answers", outcomeUnknown: mayBeWritten);
            }
            written.TrySetResult();
            return null;
        });
        // The second line is what the second save comes for, whether or not the first is given back.
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy(async (int _, ILogger<RunningLogTests> logger) =>
        {
            logger.LogWarning("first");
            await failed.Task;
            logger.LogWarning("second");
            await written.Task;
        }), store: store);
        var job = await engine.RunAsync(Load, 1).WaitAsync(TimeSpan.FromSeconds(20), Token);

        string[] told = mayBeWritten ? ["second"] : ["first", "second"];
        Assert.Equal(told, job.Log.Select(line => line.Split(": ")[^1]));
    }
}
