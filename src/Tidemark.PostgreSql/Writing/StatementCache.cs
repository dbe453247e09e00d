using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.PostgreSql.Writing;

/// <summary>The statements of one connection, each prepared once if the options say so.</summary>
internal sealed class StatementCache(NpgsqlConnection connection, Database database, bool prepare) : IDisposable
{
    readonly Dictionary<Sql, Statement> statements = [];

    public NpgsqlConnection Connection => connection;

    public Statement Get(Sql sql)
    {
        if (statements.TryGetValue(sql, out var known)) return known;
        var made = new Statement(connection, sql.In(database.Schema), prepare);
        statements.Add(sql, made);
        return made;
    }

    /// <summary>After a failure: a statement left in the middle of its rows would hold up the rollback.</summary>
    public void ResetAll()
    {
        foreach (var statement in statements.Values) statement.Reset();
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values) statement.Dispose();
        statements.Clear();
    }
}
