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

    public NpgsqlParameterCollection Parameters => command.Parameters;

    /// <summary>How long the server may take from now on.</summary>
    public void Limit(TimeSpan limit) => command.CommandTimeout = (int)limit.TotalSeconds;

    public override bool Step()
    {
        Rows ??= Ready().ExecuteReader();
        return Rows.Read();
    }

    /// <summary>Runs to the end. Answers the rows that were changed.</summary>
    public int Run() => Ready().ExecuteNonQuery();

    public void Reset()
    {
        Rows?.Dispose();
        Rows = null;
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

    NpgsqlCommand Ready()
    {
        if (!prepare || prepared) return command;
        command.Prepare(); // once a connection: from then on it travels as a name
        prepared = true;
        return command;
    }
}
