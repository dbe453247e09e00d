using System.Data.Common;
using System.Diagnostics;
using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.PostgreSql;
using Tidemark.Storage;
using Tidemark.TortureHost;
using Tidemark.TortureHost.Serve;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>A schema of its own on the shared server, or on another.</summary>
internal sealed class PostgreSqlCrashStore : CrashStore
{
    static int schemas;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-crash-");
    readonly string schema = $"crash_{Interlocked.Increment(ref schemas)}";
    readonly string connection;
    readonly string[] more;
    readonly NpgsqlDataSource source;

    /// <param name="connection">For the processes, and for a client.</param>
    /// <param name="more">What the processes are told besides.</param>
    PostgreSqlCrashStore(string connection, params string[] more)
    {
        (this.connection, this.more) = (connection, more);
        source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { SearchPath = schema }.ConnectionString);
    }

    public override string Folder => folder.FullName;

    public override string[] Arguments => ["--connection", connection, "--schema", schema, .. more];

    /// <summary>What a process is told whose driver is to wait for ever for an answer.</summary>
    public string[] Patience => ["--connection", new NpgsqlConnectionStringBuilder(connection) { CommandTimeout = 0 }.ConnectionString];

    public override string RowNumber => MixTables.NumberOfPostgreSql;

    string Presence => Path.Combine(Folder, "presence");

    public static async Task<PostgreSqlCrashStore> CreateAsync() => new((await SharedServer.GetAsync()).ConnectionString);

    /// <summary>Through a pooler, in a database of its own: what a connection asks for at its start does not pass there, so the database knows where its tables are.</summary>
    public static async Task<PostgreSqlCrashStore> CreatePooledAsync(string pooler, bool hasDirectWay)
    {
        var server = (await SharedServer.GetAsync()).ConnectionString;
        var database = $"pooled_crash_{Interlocked.Increment(ref schemas)}";
        string[] past = hasDirectWay ? ["--direct", new NpgsqlConnectionStringBuilder(server) { Database = database }.ConnectionString] : [];
        var made = new PostgreSqlCrashStore(new NpgsqlConnectionStringBuilder(pooler) { Database = database }.ConnectionString, ["--pooled", "1", .. past]);
        await using var direct = NpgsqlDataSource.Create(server);
        foreach (var sql in new[] { $"CREATE DATABASE {database}", $"ALTER DATABASE {database} SET search_path TO {made.schema}" })
        {
            await using var command = direct.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
        return made;
    }

    public override void Compose(TidemarkBuilder tidemark) => tidemark.UsePostgreSql(source, options => (options.Schema, options.PresenceDirectory) = (schema, Presence));

    public override IJobStore Make() => new PostgreSqlJobStore(source, new() { Schema = schema, PresenceDirectory = Presence });

    public override async Task ExecuteAsync(string sql)
    {
        await using var command = source.CreateCommand($"CREATE SCHEMA IF NOT EXISTS {schema}; {sql}");
        await command.ExecuteNonQueryAsync();
    }

    // What it was just doing, the server brings to an end; what it would have to go on with, stays open.
    public override bool IsFree(Process stopped)
    {
        var sessions = $"SELECT state FROM pg_stat_activity WHERE application_name = '{HostStore.SessionsOf(stopped.Id)}'";
        while (true)
        {
            var states = Read(sessions, row => row.IsDBNull(0) ? "" : row.GetString(0));
            if (!states.Contains("active")) return states.TrueForAll(state => state == "idle");
            Thread.Sleep(10);
        }
    }

    public override string Integrity() =>
        Read("SELECT id FROM job JOIN finished USING (id)", row => row.GetInt64(0)) is { Count: > 0 } both ? $"live and finished: {string.Join(", ", both)}" : "ok";

    public override async Task StartOverAsync()
    {
        foreach (var left in folder.EnumerateFileSystemInfos())
        {
            if (left is DirectoryInfo directory) directory.Delete(recursive: true);
            else left.Delete();
        }
        await using var command = source.CreateCommand($"DROP SCHEMA IF EXISTS {schema} CASCADE");
        await command.ExecuteNonQueryAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        folder.Delete(recursive: true);
    }

    protected override DbConnection Open() => source.OpenConnection();
}
