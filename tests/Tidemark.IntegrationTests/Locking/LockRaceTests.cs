using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.IntegrationTests.Sqlite;
using Xunit;

namespace Tidemark.IntegrationTests.Locking;

/// <summary>Many who want the same few locks at the same time, from two hosts with connections of their own.</summary>
public sealed class LockRaceTests
{
    const int Racers = 16;
    const int Rounds = 12;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_SQLite_one_at_a_time_has_it_and_tokens_only_grow()
    {
        using var folder = new StoreFolder();
        await RaceAsync(tidemark => tidemark.UseSqlite(folder.Database));
    }

    [Fact]
    public async Task On_PostgreSQL_one_at_a_time_has_it_and_tokens_only_grow()
    {
        var server = await SharedServer.GetAsync();
        var presence = Directory.CreateTempSubdirectory("tidemark-locks-");
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await RaceAsync(tidemark => tidemark.UsePostgreSql(source, options => (options.Schema, options.PresenceDirectory) = ("lock_race", presence.FullName)));
        presence.Delete(recursive: true);
    }

    static async Task RaceAsync(Action<TidemarkBuilder> use)
    {
        using var first = await StartAsync(use);
        using var second = await StartAsync(use);
        var held = new ConcurrentDictionary<string, int>();
        var tokens = new ConcurrentQueue<(string Name, long Token)>();
        await Task.WhenAll(Enumerable.Range(0, Racers).Select(async racer =>
        {
            var locks = (racer % 2 == 0 ? first : second).Services.GetRequiredService<ITidemarkLocks>();
            for (var round = 0; round < Rounds; round++)
            {
                var name = $"lock-{(racer + round) % 3}";
                await using var got = await locks.AcquireAsync(name, cancellationToken: Ending);
                Assert.Equal(1, held.AddOrUpdate(name, 1, (_, holders) => holders + 1));
                tokens.Enqueue((name, got.Token));
                await Task.Yield();
                held.AddOrUpdate(name, 0, (_, holders) => holders - 1);
            }
        }));
        Assert.Equal(Racers * Rounds, tokens.Select(entry => entry.Token).Distinct().Count());
        foreach (var line in tokens.GroupBy(entry => entry.Name)) Assert.Equal(line.Select(entry => entry.Token).Order(), line.Select(entry => entry.Token));
        await first.StopAsync(Ending);
        await second.StopAsync(Ending);
    }

    static async Task<IHost> StartAsync(Action<TidemarkBuilder> use)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(tidemark =>
        {
            use(tidemark);
            tidemark.UseLocks();
        });
        var host = builder.Build();
        await host.StartAsync(Ending);
        return host;
    }
}
