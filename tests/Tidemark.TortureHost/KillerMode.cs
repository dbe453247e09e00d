using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Tidemark.TortureHost;

/// <summary>A service with two jobs: one takes the process with it at one of its items, the other works on beside it until that one has ended.</summary>
internal static class KillerMode
{
    public const string Database = "store.db";
    public const int Item = 6;
    public const string Words = "the handler takes the process with it";

    public static JobKey<int> Killer { get; } = new("killer");
    public static JobKey<string> Neighbour { get; } = new("neighbour");

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UseSqlite(Path.Combine(arguments.Folder, Database));
            tidemark.AddJob(Killer)
                .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).ForEachAsync((item, _) =>
                {
                    if (item.Value == Item) Environment.FailFast(Words);
                    return Task.CompletedTask;
                }))
                .Stream("items", options => options.ResumeCost = ResumeCost.AtMost(1)); // saved after each: the crash costs the item in flight
            tidemark.AddJob(Neighbour).HandledBy(async (string _, JobContext job) =>
            {
                var cursor = job.Cursor<int>("at");
                var at = await cursor.LoadAsync(0);
                while (!ended.Task.IsCompleted)
                {
                    await cursor.SaveAsync(++at);
                    await Task.WhenAny(ended.Task, Task.Delay(TimeSpan.FromMilliseconds(20), job.Stopping));
                }
            });
        });
        using var host = builder.Build();
        await host.StartAsync();
        var jobs = host.Services.GetRequiredService<IJobClient>();
        await jobs.WaitAsync(new(2)); // enqueued second, by the test
        ended.SetResult();
        await jobs.WaitAsync(new(1));
        await host.StopAsync();
        return 0;
    }
}
