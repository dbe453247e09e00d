using System.Globalization;
using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;

namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>
/// A private server that waits for its disk, as shipped but for the sizes of its memory and log, or the one that an environment variable names; a
/// schema of its own for each round.
/// </summary>
internal sealed class BenchServer : IAsyncDisposable
{
    /// <summary>A connection string, to measure on a server that is there already.</summary>
    const string Variable = "TIDEMARK_BENCH_POSTGRESQL";
    static int schemas;

    readonly Server? server;

    BenchServer(Server? server, string connectionString)
    {
        this.server = server;
        Source = NpgsqlDataSource.Create(connectionString);
    }

    /// <summary>For the raw loops, and what looks on.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>What its processes have used of the processor; null: it is not a private one, and may be on another machine.</summary>
    public TimeSpan? ProcessorTime => server is null ? null : ProcessTree.TimeOf(int.Parse(File.ReadLines(Path.Combine(server.Folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture));

    public static async Task<BenchServer> StartAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return new(null, given);
        var started = await Server.StartAsync("shared_buffers=1GB", "max_wal_size=4GB", "checkpoint_timeout=15min", "max_connections=1200");
        return new(started, started.ConnectionString);
    }

    /// <summary>A schema that nobody has used.</summary>
    public static string NewSchema() => $"bench_{Environment.ProcessId}_{Interlocked.Increment(ref schemas)}";

    /// <summary>Chooses the schema as the store.</summary>
    public Action<TidemarkBuilder> Store(string schema) => tidemark => tidemark.UsePostgreSql(Source, options => options.Schema = schema);

    /// <summary>The schema for another process, which keeps its presence files in the given folder: its own one makes it as one on another host.</summary>
    public string Place(string schema, string presence) => string.Join('\n', Source.ConnectionString, schema, presence);

    public static bool IsPlace(string text) => text.Contains('\n', StringComparison.Ordinal);

    /// <summary>In that process.</summary>
    public static Action<TidemarkBuilder> On(string place) => place.Split('\n') is [var connection, var schema, var presence]
        ? tidemark => tidemark.UsePostgreSql(NpgsqlDataSource.Create(connection), options => (options.Schema, options.PresenceDirectory) = (schema, presence))
        : throw new ArgumentException($"'{place}' is no place of a schema.", nameof(place));

    /// <summary>Each statement alone: VACUUM and CHECKPOINT want no transaction.</summary>
    public async Task RunAsync(params string[] statements)
    {
        foreach (var statement in statements)
        {
            await using var command = Source.CreateCommand(statement);
            command.CommandTimeout = 600;
            await command.ExecuteNonQueryAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (server is not null) await server.DisposeAsync();
    }
}
