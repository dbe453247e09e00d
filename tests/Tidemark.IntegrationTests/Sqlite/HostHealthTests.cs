using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Tidemark.Sqlite;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

/// <summary>The health check as a service registers it, on a disk that fills up under a running worker.</summary>
public sealed class HostHealthTests : IDisposable
{
    static readonly JobKey<byte[]> Keep = new("keep");

    readonly StoreFolder folder = new();

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_full_disk_is_unhealthy_with_its_reason_and_every_accepted_job_runs_once_there_is_room_again()
    {
        using var mount = TemporaryMount.Tmpfs(folder.Path, "4m");
        var (open, ran) = (new TaskCompletionSource(), new ConcurrentDictionary<JobId, int>());
        using var host = Service(Path.Combine(mount.Path, "store.db"), async (_, job) =>
        {
            await open.Task;
            ran.AddOrUpdate(job.Id, 1, (_, times) => times + 1);
        });
        await host.StartAsync(Ending);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(host)).Status);

        var jobs = host.Services.GetRequiredService<IJobClient>();
        var accepted = new List<JobId>();
        await Assert.ThrowsAsync<StoreException>(async () =>
        {
            while (accepted.Count < 1_000) accepted.Add((await jobs.EnqueueAsync(Keep, new byte[20_000], cancellationToken: Ending)).Id);
        });
        var ill = await HealthAsync(host);
        Assert.Equal(HealthStatus.Unhealthy, ill.Status);
        Assert.Contains("Free space on its volume", ill.Description);

        mount.Remount("size=64m");
        while ((await HealthAsync(host)).Status != HealthStatus.Healthy) await Task.Delay(20, Ending);
        open.SetResult();
        foreach (var id in accepted) Assert.Equal(JobState.Succeeded, (await jobs.WaitAsync(id, Ending)).State);
        Assert.All(accepted, id => Assert.Equal(1, ran[id]));
        await host.StopAsync(Ending);
    }

    [Fact]
    public async Task A_store_that_cannot_be_opened_is_unhealthy_and_says_what_to_do()
    {
        await File.WriteAllTextAsync(folder.Database, new string('x', 5_000), Ending);
        using var host = Service(folder.Database, (_, _) => Task.CompletedTask);
        var ill = await HealthAsync(host);
        Assert.Equal(HealthStatus.Unhealthy, ill.Status);
        Assert.Contains(folder.Database, ill.Description);
    }

    static async Task<HealthReportEntry> HealthAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Ending)).Entries["tidemark"];

    static IHost Service(string path, Func<byte[], JobContext, Task> handle)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddHealthChecks().AddCheck<TidemarkHealthCheck>("tidemark");
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UseSqlite(path);
            tidemark.AddJob(Keep).HandledBy(handle);
        });
        return builder.Build();
    }
}
