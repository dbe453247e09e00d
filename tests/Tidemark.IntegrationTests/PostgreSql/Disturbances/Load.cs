using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Tidemark.IntegrationTests.Crash;
using Tidemark.PostgreSql;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.Disturbances;

/// <summary>Two workers and a producer on a schema of their own. Each job writes one row with its outcome.</summary>
internal sealed class Load : IAsyncDisposable
{
    const int Swing = 20;
    static readonly JobKey<int> Work = new("work");

    readonly NpgsqlDataSource source;
    readonly string schema;
    readonly List<IHost> hosts = [];
    readonly CancellationTokenSource enough = new();
    Task<int>? producing;

    Load(NpgsqlDataSource source, string schema) => (this.source, this.schema) = (source, schema);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    /// <param name="source">Where to: the data source of all of them.</param>
    /// <param name="schema">Of its own.</param>
    /// <param name="configure">The store.</param>
    public static async Task<Load> StartAsync(NpgsqlDataSource source, string schema, Action<TidemarkPostgreSqlOptions>? configure = null)
    {
        var load = new Load(source, schema);
        for (var worker = 0; worker < 2; worker++) load.hosts.Add(await load.StartAsync(configure));
        await using var command = source.CreateCommand($"CREATE TABLE {schema}.effect (number integer NOT NULL)");
        await command.ExecuteNonQueryAsync(Ending);
        load.producing = load.ProduceAsync(load.hosts[0].Services.GetRequiredService<IJobClient>());
        return load;
    }

    /// <summary>Waits until some more jobs have ended than have now.</summary>
    public async Task InFullSwingAsync()
    {
        int? before = null;
        await UntilAsync(async () => await CountAsync() > (before ??= await CountAsync()) + Swing);
    }

    /// <summary>Enough is produced, and all that is there has ended. Answers how many jobs were accepted, by their numbers from 0 on.</summary>
    public async Task<int> EndAsync()
    {
        await enough.CancelAsync();
        var accepted = await producing!;
        await UntilAsync(async () => (await ListAsync($"SELECT count(*)::integer FROM {schema}.job WHERE state <> 3")).Single() == 0); // failed ones rest
        foreach (var host in hosts) await host.StopAsync(Ending);
        return accepted;
    }

    /// <summary>The numbers of the jobs that have succeeded.</summary>
    public Task<List<int>> SucceededAsync() => ListAsync($"SELECT convert_from(args, 'UTF8')::integer FROM {schema}.finished WHERE state = 4 ORDER BY 1");

    /// <summary>The rows that jobs have written.</summary>
    public Task<List<int>> EffectsAsync() => ListAsync($"SELECT number FROM {schema}.effect ORDER BY 1");

    /// <summary>Of jobs that have not ended.</summary>
    public Task<List<int>> RestAsync() => ListAsync($"SELECT 1 FROM {schema}.job");

    public async ValueTask DisposeAsync()
    {
        await enough.CancelAsync();
        foreach (var host in hosts) host.Dispose();
        enough.Dispose();
    }

    async Task<IHost> StartAsync(Action<TidemarkPostgreSqlOptions>? configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UsePostgreSql(source, options =>
            {
                options.Schema = schema;
                configure?.Invoke(options);
            });
            tidemark.AddJob(Work).HandledBy((int number, JobContext job) => job.CommitOnSuccess((transaction, token) => InsertAsync(transaction, number, token)));
        });
        var host = builder.Build();
        await host.StartAsync(Ending);
        return host;
    }

    // As a caller does: an error of the store is answered by asking again with the same key.
    async Task<int> ProduceAsync(IJobClient jobs)
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

    async Task<int> CountAsync() => (await ListAsync($"SELECT count(*)::integer FROM {schema}.finished")).Single();

    async Task<List<int>> ListAsync(string sql)
    {
        var all = new List<int>();
        await using var command = source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync(Ending);
        while (await rows.ReadAsync(Ending)) all.Add(rows.GetInt32(0));
        return all;
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
