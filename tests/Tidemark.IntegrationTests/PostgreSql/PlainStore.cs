using Npgsql;
using Tidemark.PostgreSql;
using Tidemark.IntegrationTests.PostgreSql.Servers;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>A schema of its own on the shared server, by the server's own clock, and stores on it.</summary>
internal sealed class PlainStore : IAsyncDisposable
{
    static int schemas;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-plain-");
    readonly List<PostgreSqlJobStore> stores = [];

    PlainStore(Server server, NpgsqlDataSource others)
    {
        // Told apart from the other tests' sessions.
        Source = NpgsqlDataSource.Create($"{server.ConnectionString};Application Name={Schema}");
        Others = others;
    }

    public string Schema { get; } = $"plain_{Interlocked.Increment(ref schemas)}";

    /// <summary>The stores' own.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>The user's.</summary>
    public NpgsqlDataSource Others { get; }

    public PostgreSqlJobStore Store => stores[0];

    /// <summary>Of presence files.</summary>
    public string Folder => folder.FullName;

    public static async Task<PlainStore> CreateAsync()
    {
        var made = await CreateUnopenedAsync();
        await made.ConnectAsync();
        return made;
    }

    public static async Task<PlainStore> CreateUnopenedAsync() => new(await SharedServer.GetAsync(), await SharedServer.ConnectAsync());

    /// <summary>One more, as of another process.</summary>
    public Task<PostgreSqlJobStore> ConnectAsync(bool migrates = true) => ConnectWithAsync(new() { Migrate = migrates });

    /// <summary>With settings of its own.</summary>
    public async Task<PostgreSqlJobStore> ConnectWithAsync(TidemarkPostgreSqlOptions options)
    {
        (options.Schema, options.PresenceDirectory) = (Schema, folder.FullName);
        var store = new PostgreSqlJobStore(Source, options);
        await store.OpenAsync();
        lock (stores) stores.Add(store);
        return store;
    }

    public async Task<T> AskAsync<T>(string sql)
    {
        await using var command = Others.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task RunAsync(string sql)
    {
        await using var command = Others.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores) await store.DisposeAsync();
        await Source.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
