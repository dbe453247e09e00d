using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.PostgreSql;
using Tidemark.Scheduling;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Several workers of one release keep the same schedules on one server, by its clock.</summary>
public sealed class ScheduleRaceTests : IAsyncLifetime
{
    const int Schedules = 30;
    const int Wanted = 5;
    static readonly JobKey<int> Tick = new("tick");
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-schedules-");
    readonly List<IHost> hosts = [];
    readonly List<NpgsqlDataSource> sources = [];
    Server? server;

    public async ValueTask InitializeAsync() => server = await SharedServer.GetAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
        foreach (var source in sources) await source.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_occurrence_has_one_job_whichever_worker_is_first()
    {
        await Task.WhenAll(Enumerable.Range(1, 3).Select(StartAsync));
        var store = hosts[0].Services.GetRequiredService<Seams.EngineParts>().Store;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        for (var number = 0; number < Schedules; number++)
        {
            var name = $"every-second-{number}";
            while ((await store.ListOccurrencesAsync(new() { Schedule = name })).Length < Wanted) await Task.Delay(50, limit.Token);
            var kept = (await store.ListOccurrencesAsync(new() { Schedule = name, Limit = 1_000 })).Reverse().ToList();
            var anchor = ScheduleEntry.Of((await store.GetScheduleAsync(name))!.Schedule).State.Anchor;
            Assert.Equal(Enumerable.Range(1, kept.Count).Select(n => anchor.AddSeconds(n)), kept.Select(one => one.At));
            var jobs = (await store.ListJobsAsync(new() { Tag = Occurrence.TagOf(name), Limit = 1_000 })).Jobs.Select(job => Occurrence.Of(job.Tags)!.At).ToList();
            Assert.Equal(jobs.Count, jobs.Distinct().Count());
            Assert.Empty(kept.Select(one => one.At).Except(jobs));
        }
    }

    async Task StartAsync(int number)
    {
        var source = NpgsqlDataSource.Create(server!.ConnectionString);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UsePostgreSql(source, options => (options.Schema, options.PresenceDirectory) = ("schedules", folder.FullName));
            tidemark.Options.WorkerName = $"worker-{number}";
            tidemark.AddJob(Tick).HandledBy((int _) => { });
            for (var at = 0; at < Schedules; at++) tidemark.AddSchedule($"every-second-{at}", Tick, at, Every.Seconds(1)).Overlap(Overlap.Allow).Misfire(Misfire.RunAll);
        });
        var host = builder.Build();
        lock (hosts)
        {
            sources.Add(source);
            hosts.Add(host);
        }
        await host.StartAsync();
    }
}
