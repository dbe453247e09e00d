using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.Leasing;
using Tidemark.PostgreSql;
using Tidemark.Running;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.WentBack;

/// <summary>A server that loses something, the stores on it, and what is asked of them until it is answered.</summary>
internal sealed class Shaken(Server server) : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-back-");
    readonly List<IAsyncDisposable> opened = [];

    public Server Server => server;

    public string Folder => folder.FullName;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public static async Task<Shaken> StartAsync(params string[] settings) => new(await Server.StartAsync(["fsync=off", "shared_buffers=32MB", "max_connections=60", .. settings]));

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(opened)) await one.DisposeAsync();
        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }

    /// <summary>As of another process.</summary>
    /// <param name="presence">Name of its folder of presence files.</param>
    /// <param name="schema">Of the store.</param>
    /// <param name="durability">Of what it accepts.</param>
    public async Task<PostgreSqlJobStore> OpenAsync(string presence, string schema = "tidemark", Durability durability = Durability.PowerLoss)
    {
        var source = NpgsqlDataSource.Create(server.ConnectionString);
        var store = new PostgreSqlJobStore(source, new() { Schema = schema, Durability = durability, PresenceDirectory = Path.Combine(Folder, presence), HintInterval = TimeSpan.Zero });
        opened.Add(source);
        opened.Add(store);
        await store.OpenAsync();
        return store;
    }

    /// <summary>By a session of its own.</summary>
    public async Task<T> AskAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Ending);
        await using var asked = new NpgsqlCommand(sql, connection);
        return (T)(await asked.ExecuteScalarAsync(Ending))!;
    }

    public static async Task<ClaimedJob> ClaimAsync(PostgreSqlJobStore store, WorkerId worker) =>
        Assert.Single((await AnsweredAsync(() => store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = true }))).Jobs);

    public static Task<SaveReply> SaveAsync(PostgreSqlJobStore store, ClaimedJob job, long number) =>
        AnsweredAsync(() => store.CheckpointAsync(new() { Lease = job.Lease, Stream = Given.Stream, Number = number, Rows = Given.Rows, Effects = null }));

    /// <summary>Connections that the server has left behind are replaced, one after another.</summary>
    public static async Task<T> AnsweredAsync<T>(Func<ValueTask<T>> call)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        limit.CancelAfter(Patience);
        while (true)
        {
            try
            {
                return await call();
            }
            catch (StoreException)
            {
                await Task.Delay(20, limit.Token);
            }
        }
    }

    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        limit.CancelAfter(Patience);
        while (!await holds()) await Task.Delay(20, limit.Token);
    }
}
