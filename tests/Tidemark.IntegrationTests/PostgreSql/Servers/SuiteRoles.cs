using Npgsql;
using Tidemark.PostgreSql.Connections;

namespace Tidemark.IntegrationTests.PostgreSql.Servers;

/// <summary>The four roles of the script, able to log in, and schemas that the migrator owns. One set of roles for all schemas of the server.</summary>
internal static class SuiteRoles
{
    public const string Prefix = "suite";
    static readonly Lazy<Task> Made = new(MakeAsync);
    static readonly Lazy<Task<NpgsqlDataSource>> Migrators = new(() => ConnectAsync(Migrator));

    public static string Migrator => Prefix + "_migrator";

    public static string Worker => Prefix + "_worker";

    public static string Enqueuer => Prefix + "_enqueuer";

    public static string Viewer => Prefix + "_viewer";

    /// <summary>Connects as one of them.</summary>
    public static async Task<NpgsqlDataSource> ConnectAsync(string role)
    {
        await Made.Value;
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder((await SharedServer.GetAsync()).ConnectionString) { Username = role });
    }

    /// <summary>A schema that the migrator has made, and in which each role may what the script says.</summary>
    public static async Task MakeSchemaAsync(string schema)
    {
        var (super, migrator) = (await SharedServer.ConnectAsync(), await Migrators.Value);
        await RunAsync(super, $"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {Migrator}");
        await using (var connection = await migrator.OpenConnectionAsync())
            Tidemark.PostgreSql.Connections.Migrator.Run(connection, new Database(migrator, new() { Schema = schema }), Migration.Embedded);
        await RunAsync(super, SchemaScript.Roles(schema, Prefix));
    }

    static async Task MakeAsync()
    {
        var super = await SharedServer.ConnectAsync();
        await RunAsync(super, SchemaScript.Roles("suite_roles", Prefix));
        foreach (var role in new[] { Migrator, Worker, Enqueuer, Viewer }) await RunAsync(super, $"ALTER ROLE {role} LOGIN");
    }

    static async Task RunAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
