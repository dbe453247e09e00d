using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Tidemark.IntegrationTests.Locking;

/// <summary>Many who want the same few locks at the same time, from two hosts.</summary>
public sealed class LockRaceTests
{
    const int Racers = 16;
    const int Rounds = 12;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public Task On_SQLite_one_at_a_time_has_it_and_tokens_only_grow() => TwoHosts.OnSqliteAsync(Declare, RaceAsync);

    [Fact]
    public Task On_PostgreSQL_one_at_a_time_has_it_and_tokens_only_grow() => TwoHosts.OnPostgreSqlAsync("lock_race", Declare, RaceAsync);

    static void Declare(TidemarkBuilder tidemark) => tidemark.UseLocks();

    static async Task RaceAsync(IServiceProvider first, IServiceProvider second)
    {
        var held = new ConcurrentDictionary<string, int>();
        var tokens = new ConcurrentQueue<(string Name, long Token)>();
        await Task.WhenAll(Enumerable.Range(0, Racers).Select(async racer =>
        {
            var locks = (racer % 2 == 0 ? first : second).GetRequiredService<ITidemarkLocks>();
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
    }
}
