using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
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
    static readonly JobKey<int> Work = new("work");
    static readonly int Times = CrashTime.Choose(brief: 2, full: 20);
    static int schemas;

    readonly string schema = $"disturbed_{Interlocked.Increment(ref schemas)}";

    public static TheoryData<string> Disturbances => [.. Means.Keys];

    static CancellationToken Ending => TestContext.Current.CancellationToken;

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
        using var first = await StartAsync(source);
        using var second = await StartAsync(source);
        await RunAsync(source, $"CREATE TABLE {schema}.effect (number integer NOT NULL)");
        using var enough = new CancellationTokenSource();
        var producing = ProduceAsync(first.Services.GetRequiredService<IJobClient>(), enough.Token);
        for (var time = 0; time < Times; time++)
        {
            int? before = null;
            await UntilAsync(async () => await CountAsync(source) > (before ??= await CountAsync(source)) + 20); // in full swing
            await Means[disturbance](disturbed);
        }
        await enough.CancelAsync();
        var accepted = await producing;
        await UntilAsync(async () => (await ListAsync(source, $"SELECT count(*)::integer FROM {schema}.job WHERE state <> 3")).Single() == 0); // failed ones rest
        await first.StopAsync(Ending);
        await second.StopAsync(Ending);

        var ended = await ListAsync(source, $"SELECT convert_from(args, 'UTF8')::integer FROM {schema}.finished WHERE state = 4 ORDER BY 1");
        Assert.Equal(Enumerable.Range(0, accepted), ended);
        Assert.Equal(Enumerable.Range(0, accepted), await ListAsync(source, $"SELECT number FROM {schema}.effect ORDER BY 1"));
        Assert.Empty(await ListAsync(source, $"SELECT 1 FROM {schema}.job"));
        output.WriteLine($"{accepted} jobs through {Times} times {disturbance}");
    }

    async Task<IHost> StartAsync(NpgsqlDataSource source)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UsePostgreSql(source, options => options.Schema = schema);
            tidemark.AddJob(Work).HandledBy((int number, JobContext job) => job.CommitOnSuccess((transaction, token) => InsertAsync(transaction, number, token)));
        });
        var host = builder.Build();
        await host.StartAsync(Ending);
        return host;
    }

    // As a caller does: an error of the store is answered by asking again with the same key.
    static async Task<int> ProduceAsync(IJobClient jobs, CancellationToken enough)
    {
        var number = 0;
        while (!enough.IsCancellationRequested)
        {
            try
            {
                await jobs.EnqueueAsync(Work, number, new() { Dedup = Dedup.Key($"{number}").ForEver() }, CancellationToken.None);
                number++;
            }
            catch (StoreException)
            {
                await Task.Delay(20, Ending);
            }
        }
        return number;
    }

    async Task InsertAsync(DbTransaction transaction, int number, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand($"INSERT INTO {schema}.effect VALUES ({number})", (NpgsqlConnection)transaction.Connection!);
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task<int> CountAsync(NpgsqlDataSource source) => (await ListAsync(source, $"SELECT count(*)::integer FROM {schema}.finished")).Single();

    static async Task<List<int>> ListAsync(NpgsqlDataSource source, string sql)
    {
        var all = new List<int>();
        await using var command = source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync(Ending);
        while (await rows.ReadAsync(Ending)) all.Add(rows.GetInt32(0));
        return all;
    }

    static async Task RunAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ending);
    }

    // The server may be away at any moment, for the test as well.
    static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        limit.CancelAfter(CrashTime.Longest);
        while (!await TryAsync()) await Task.Delay(20, limit.Token);

        async Task<bool> TryAsync()
        {
            try
            {
                return await holds();
            }
            catch (NpgsqlException)
            {
                return false;
            }
        }
    }
}
