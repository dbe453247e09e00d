using Npgsql;
using Tidemark.IntegrationTests.Crash;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.Disturbances;

/// <summary>
/// Two workers and a producer, and a server that is restarted, throws them out, or has no connection for them: every job that was accepted ends,
/// and its effect, written with its outcome, is there once.
/// </summary>
public sealed class DisturbanceTests(DisturbedServer disturbed, ITestOutputHelper output) : IClassFixture<DisturbedServer>
{
    static readonly int Times = CrashTime.Choose(brief: 2, full: 20);
    static int schemas;

    public static TheoryData<string> Disturbances => [.. Means.Keys];

    static IReadOnlyDictionary<string, Func<DisturbedServer, Task>> Means { get; } = new Dictionary<string, Func<DisturbedServer, Task>>(StringComparer.Ordinal)
    {
        ["a smart restart"] = server => server.Server.RestartAsync("TERM INT"), // sessions that never end are ended in the end
        ["a fast restart"] = server => server.Server.RestartAsync("INT"),
        ["an immediate restart"] = server => server.Server.RestartAsync("QUIT"),
        ["the end of every session"] = server => server.TerminateAllAsync(),
        ["no connection to be had"] = server => server.ExhaustAsync(TimeSpan.FromSeconds(1)),
    };

    [Theory]
    [MemberData(nameof(Disturbances))]
    public async Task Nothing_that_was_accepted_is_lost_or_done_twice(string disturbance)
    {
        await using var source = NpgsqlDataSource.Create(disturbed.Server.ConnectionString);
        await using var load = await Load.StartAsync(source, $"disturbed_{Interlocked.Increment(ref schemas)}");
        for (var time = 0; time < Times; time++)
        {
            await load.InFullSwingAsync();
            await Means[disturbance](disturbed);
        }
        var accepted = await load.EndAsync();
        Assert.Equal(Enumerable.Range(0, accepted), await load.SucceededAsync());
        Assert.Equal(Enumerable.Range(0, accepted), await load.EffectsAsync());
        Assert.Empty(await load.RestAsync());
        output.WriteLine($"{accepted} jobs through {Times} times {disturbance}");
    }
}
