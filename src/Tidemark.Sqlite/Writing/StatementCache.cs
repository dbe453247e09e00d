using SQLitePCL;

namespace Tidemark.Sqlite.Writing;

/// <summary>The statements of one connection, prepared once each: preparing them for each use costs a fifth of the throughput.</summary>
internal sealed class StatementCache(sqlite3 database) : IDisposable
{
    // By reference: every SQL text is one string for the life of the process, and hashing it each time would cost more than the lookup.
    private readonly Dictionary<string, Statement> _statements = new(ReferenceEqualityComparer.Instance as IEqualityComparer<string>);

    public Statement Get(string sql)
    {
        if (_statements.TryGetValue(sql, out var known)) return known;
        var prepared = new Statement(database, sql);
        _statements.Add(sql, prepared);
        return prepared;
    }

    /// <summary>After a failure: a statement left in the middle of its rows would hold up the rollback.</summary>
    public void ResetAll()
    {
        foreach (var statement in _statements.Values) statement.Reset();
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _statements.Clear();
    }
}
