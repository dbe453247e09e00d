using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Tidemark.IntegrationTests.Locking;

/// <summary>Many short jobs of a few limits, on two hosts: never more at a time than the limit says, and nobody is left waiting.</summary>
public sealed class LimitRaceTests
{
    const int Jobs = 300;
    const int Keys = 3;

    static readonly JobKey<int> Work = new("work") { Limit = number => new($"key-{number % Keys}", atMost: 1 + number % Keys) };

    readonly int[] running = new int[Keys];
    readonly ConcurrentBag<(int Key, int Running)> over = [];
    readonly ConcurrentBag<int> done = [];

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public Task On_SQLite_a_limit_is_kept_and_nobody_is_left_waiting() => TwoHosts.OnSqliteAsync(Declare, RaceAsync);

    [Fact]
    public Task On_PostgreSQL_a_limit_is_kept_and_nobody_is_left_waiting() => TwoHosts.OnPostgreSqlAsync("limit_race", Declare, RaceAsync);

    void Declare(TidemarkBuilder tidemark) => tidemark.AddJob(Work).HandledBy((int number) => RunAsync(number));

    async Task RaceAsync(IServiceProvider first, IServiceProvider second)
    {
        var jobs = first.GetRequiredService<IJobClient>();
        var ids = new List<JobId>();
        for (var number = 0; number < Jobs; number++) ids.Add((await jobs.EnqueueAsync(Work, number, cancellationToken: Ending)).Id);
        foreach (var id in ids) Assert.Equal(JobState.Succeeded, (await jobs.WaitAsync(id, Ending)).State);
        Assert.Empty(over);
        Assert.Equal(Enumerable.Range(0, Jobs), done.Order());
    }

    async Task RunAsync(int number)
    {
        var key = number % Keys;
        if (Interlocked.Increment(ref running[key]) is var so && so > 1 + key) over.Add((key, so));
        await Task.Yield();
        Interlocked.Decrement(ref running[key]);
        done.Add(number);
    }
}
