using Npgsql;
using Tidemark.PostgreSql.Leasing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Connections;

/// <summary>The user's data source and the chosen schema in it.</summary>
internal sealed class Database(NpgsqlDataSource source, TidemarkPostgreSqlOptions options)
{
    static readonly Sql ReadCommittedSql = Sql.Load("Connections/ReadCommitted");

    public TidemarkPostgreSqlOptions Options => options;

    public string Schema => options.Schema;

    /// <summary>For people: where it is, without a password.</summary>
    public string Place { get; } = PlaceOf(source.ConnectionString, options.Schema);

    public Doubts Doubts { get; } = new();

    /// <summary>A commit counts once the disk has it.</summary>
    public bool NeedsDisk => options.Durability != Durability.ProcessCrash;

    /// <summary>A commit counts once the standby has it.</summary>
    public bool NeedsStandby => options.Durability == Durability.MachineLoss;

    /// <summary>The channel on which processes tell each other of work.</summary>
    public string Channel => $"tidemark_{options.Schema}";

    /// <summary>Whether the worker of this process may rest.</summary>
    public Rest Rest { get; } = new();

    /// <summary>What is known of the server's past.</summary>
    public History History { get; } = new();

    /// <summary>Blocks its thread: the store's threads have nothing else to do meanwhile. The server has been looked at, and rows are seen as they are.</summary>
    public NpgsqlConnection Open() => Looked(source.OpenConnection(), limit: null);

    /// <summary>Likewise, before there is anything to look at.</summary>
    public NpgsqlConnection OpenUnseen() => source.OpenConnection();

    NpgsqlConnection Looked(NpgsqlConnection connection, TimeSpan? limit)
    {
        try
        {
            using var statements = new StatementCache(connection, this, prepare: false) { TimeLimit = limit };
            // Whatever this role begins by default: who takes a row that another has just passed on must see it as it is by now.
            statements.Get(ReadCommittedSql).Bind(1, connection.ProcessID).Any();
            History.Look(statements);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Past a pooler, if the user has named a way: for what lives by its session.</summary>
    /// <param name="limit">For each look at the server; null: as the data source says, which may be for ever.</param>
    public NpgsqlConnection OpenDirect(TimeSpan? limit = null) => Looked((options.DirectDataSource ?? source).OpenConnection(), limit);

    /// <inheritdoc cref="OpenDirect"/>
    public ValueTask<NpgsqlConnection> OpenDirectAsync(CancellationToken cancellationToken) => (options.DirectDataSource ?? source).OpenConnectionAsync(cancellationToken);

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => source.OpenConnectionAsync(cancellationToken);

    static string PlaceOf(string connectionString, string schema)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{parts.Host}:{parts.Port}/{parts.Database ?? parts.Username} (schema {schema})";
    }
}
