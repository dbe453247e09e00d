using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tidemark.Sqlite;

namespace Tidemark.TortureHost;

/// <summary>
/// What a mode runs on: a file; or, with <c>--connection TEXT --schema NAME</c>, a schema of a server, as on the same host as the others that are given
/// the folder, or with <c>--own-host 1</c> as on one of its own; behind a pooler with <c>--pooled 1</c>, and past it with <c>--direct TEXT</c>.
/// </summary>
internal sealed class HostStore : IAsyncDisposable
{
    readonly Arguments arguments;
    readonly string file;
    readonly NpgsqlDataSource? server;
    readonly NpgsqlDataSource? direct;

    public HostStore(Arguments arguments)
    {
        (this.arguments, file) = (arguments, Database(arguments.Folder));
        // The tables of the handlers are found without the schema's name; the sessions of this process by its number.
        if (arguments.Has("connection"))
            server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(arguments.Text("connection")) { SearchPath = Schema, ApplicationName = SessionsOf(Environment.ProcessId) }.ConnectionString);
        if (arguments.Has("direct")) direct = NpgsqlDataSource.Create(arguments.Text("direct"));
    }

    /// <summary>The file that a writer holds while it writes; null where there is none.</summary>
    public string? Gate => server is null ? file + "-gate" : null;

    string Schema => arguments.Text("schema");

    public static string Database(string folder) => Path.Combine(folder, "store.db");

    /// <summary>The name by which the server knows the sessions of a process.</summary>
    public static string SessionsOf(int process) => $"torture-{process}";

    public void AddTo(TidemarkBuilder tidemark, Action<TidemarkSqliteOptions>? configure = null)
    {
        if (server is null)
        {
            tidemark.UseSqlite(file, configure);
            return;
        }
        var presence = arguments.Has("own-host") ? $"presence-{Environment.ProcessId}" : "presence";
        tidemark.UsePostgreSql(server, options =>
        {
            (options.Schema, options.PresenceDirectory) = (Schema, Path.Combine(arguments.Folder, presence));
            (options.PrepareStatements, options.DirectDataSource) = (!arguments.Has("pooled"), direct);
        });
    }

    /// <summary>Makes a table of the handlers' own, in the engine's database.</summary>
    public async Task CreateAsync(IServiceProvider services, string sql)
    {
        if (server is not null)
        {
            await using var command = server.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
            return;
        }
        await using var transaction = await services.GetRequiredService<TidemarkSqlite>().BeginAsync();
        await using var create = transaction.Connection.CreateCommand();
        create.Transaction = transaction.Transaction;
        create.CommandText = sql;
        await create.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
        if (direct is not null) await direct.DisposeAsync();
    }
}
