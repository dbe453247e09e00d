using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.PostgreSql.Writing;

/// <summary>The statements of one connection, each prepared once if the options say so.</summary>
internal sealed class StatementCache(NpgsqlConnection connection, Database database, bool prepare) : IDisposable
{
    readonly Dictionary<Sql, Statement> statements = [];
    readonly Dictionary<Sql, string> texts = [];
    readonly FamiliarTexts familiar = new();
    StatementCache? unprepared;
    bool waitWasCancelled;

    public NpgsqlConnection Connection => connection;

    public bool Prepares => prepare;

    /// <summary>Nothing stands between: the number of its session is the server's own.</summary>
    public bool IsDirect { get; set; }

    /// <summary>How long each statement may take from now on, in whole seconds; null: as the connection says.</summary>
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>The server has told that it no longer waits for the standby; whoever asks takes it.</summary>
    public bool WaitWasCancelled
    {
        get
        {
            var was = waitWasCancelled;
            waitWasCancelled = false;
            return was;
        }
        set => waitWasCancelled = value;
    }

    /// <summary>The same connection's, each planned when it is sent. A plan belongs to a text, so one that is made beside user code, by the server's own lights, would be everybody's.</summary>
    public StatementCache Unprepared => prepare ? unprepared ??= new(connection, database, prepare: false) : this;

    /// <summary>As it is written for this schema. The same string each time: it is found by it.</summary>
    public string TextOf(Sql sql)
    {
        if (texts.TryGetValue(sql, out var known)) return known;
        var made = sql.In(database.Schema);
        texts.Add(sql, made);
        return made;
    }

    /// <summary>True if users' statements have had this text before, so that to prepare it is worth while.</summary>
    public bool IsFamiliar(string text) => familiar.Meets(text);

    public Statement Get(Sql sql)
    {
        if (!statements.TryGetValue(sql, out var statement)) statements.Add(sql, statement = new Statement(connection, sql.In(database.Schema), prepare));
        if (TimeLimit is { } limit) statement.Limit(limit);
        return statement;
    }

    /// <summary>After a failure: a statement left in the middle of its rows would hold up the rollback.</summary>
    public void ResetAll()
    {
        foreach (var statement in statements.Values) statement.Reset();
        unprepared?.ResetAll();
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values) statement.Dispose();
        statements.Clear();
        unprepared?.Dispose();
    }
}
