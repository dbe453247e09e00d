using Npgsql;

namespace Tidemark.PostgreSql.Writing;

/// <summary>
/// One statement of one connection, used by one thread at a time and blocking it. After <see cref="Run"/> it is ready for
/// the next use; after <see cref="Step"/> call <see cref="Reset"/>: a connection reads one answer at a time.
/// </summary>
internal sealed class Statement(NpgsqlConnection connection, string sql, bool prepare) : Row, IBound, IDisposable
{
    readonly NpgsqlCommand command = new(sql, connection);
    bool prepared;
    string? before;
    NpgsqlBatch? pair;

    public NpgsqlParameterCollection Parameters => command.Parameters;

    /// <summary>How long the server may take from now on.</summary>
    public void Limit(TimeSpan limit) => command.CommandTimeout = (int)limit.TotalSeconds;

    /// <summary>When it is next stepped, another statement goes before it in the same message, whose answer is passed over.</summary>
    public Statement Behind(string other)
    {
        before = other;
        return this;
    }

    public override bool Step()
    {
        if (Rows is null && before is not null) StartBehind(before);
        Rows ??= Ready().ExecuteReader();
        return Rows.Read();
    }

    /// <summary>Runs to the end. Answers the rows that were changed.</summary>
    public int Run() => before is null ? Ready().ExecuteNonQuery() : throw new InvalidOperationException("Only one that answers rows goes behind another.");

    public void Reset()
    {
        Rows?.Dispose();
        pair?.Dispose();
        (Rows, pair, before) = (null, null, null);
    }

    /// <summary>True if there was a row.</summary>
    public bool Any()
    {
        var any = Step();
        Reset();
        return any;
    }

    /// <summary>Every row.</summary>
    public List<T> All<T>(Func<Row, T> read)
    {
        var all = new List<T>();
        while (Step()) all.Add(read(this));
        Reset();
        return all;
    }

    /// <summary>The first row, or the default.</summary>
    public T? First<T>(Func<Row, T> read)
    {
        var first = Step() ? read(this) : default;
        Reset();
        return first;
    }

    public void Dispose()
    {
        Reset();
        command.Dispose();
    }

    void StartBehind(string other)
    {
        var own = new NpgsqlBatchCommand(sql);
        foreach (NpgsqlParameter parameter in command.Parameters) own.Parameters.Add(parameter.Clone());
        pair = new(connection) { BatchCommands = { new(other), own }, Timeout = command.CommandTimeout };
        if (prepare) pair.Prepare();
        Rows = pair.ExecuteReader(); // before the next result, which may be a refusal: whoever resets this ends it
        Rows.NextResult();
    }

    NpgsqlCommand Ready()
    {
        if (!prepare || prepared) return command;
        command.Prepare(); // once a connection: from then on it travels as a name
        prepared = true;
        return command;
    }
}
