using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.IntegrationTests.Sqlite;
using Xunit;

namespace Tidemark.IntegrationTests.Locking;

/// <summary>Many short jobs of a few limits, on two hosts: never more at a time than the limit says, and nobody is left waiting.</summary>
public sealed class LimitRaceTests
{
    const int Jobs = 300;
    const int Keys = 3;

    static readonly JobKey<int> Work = new("work") { Limit = number => new($"key-{number % Keys}", atMost: 1 + number % Keys) };

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_SQLite_a_limit_is_kept_and_nobody_is_left_waiting()
    {
        using var folder = new StoreFolder();
        await RaceAsync(tidemark => tidemark.UseSqlite(folder.Database));
    }

    [Fact]
    public async Task On_PostgreSQL_a_limit_is_kept_and_nobody_is_left_waiting()
    {
        var server = await SharedServer.GetAsync();
        var presence = Directory.CreateTempSubdirectory("tidemark-limits-");
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await RaceAsync(tidemark => tidemark.UsePostgreSql(source, options => (options.Schema, options.PresenceDirectory) = ("limit_race", presence.FullName)));
        presence.Delete(recursive: true);
    }

    static async Task RaceAsync(Action<TidemarkBuilder> use)
    {
        var running = new int[Keys];
        var (over, done) = (new ConcurrentBag<(int Key, int Running)>(), new ConcurrentBag<int>());
        using var first = await StartAsync(use, RunAsync);
        using var second = await StartAsync(use, RunAsync);
        var jobs = first.Services.GetRequiredService<IJobClient>();
        var ids = new List<JobId>();
        for (var number = 0; number < Jobs; number++) ids.Add((await jobs.EnqueueAsync(Work, number, cancellationToken: Ending)).Id);
        foreach (var id in ids) Assert.Equal(JobState.Succeeded, (await jobs.WaitAsync(id, Ending)).State);
        Assert.Empty(over);
        Assert.Equal(Enumerable.Range(0, Jobs), done.Order());
        await first.StopAsync(Ending);
        await second.StopAsync(Ending);

        async Task RunAsync(int number)
        {
            var key = number % Keys;
            if (Interlocked.Increment(ref running[key]) is var so && so > 1 + key) over.Add((key, so));
            await Task.Yield();
            Interlocked.Decrement(ref running[key]);
            done.Add(number);
        }
    }

    static async Task<IHost> StartAsync(Action<TidemarkBuilder> use, Func<int, Task> run)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(tidemark =>
        {
            use(tidemark);
            tidemark.AddJob(Work).HandledBy(run);
        });
        var host = builder.Build();
        await host.StartAsync(Ending);
        return host;
    }
}
