using Npgsql;
using NpgsqlTypes;

namespace Tidemark.PostgreSql.Writing;

/// <summary>
/// One statement of one connection, used by one thread at a time and blocking it. Parameters count from 1, columns from 0, as in the SQL files.
/// After <see cref="Run"/> it is ready for the next use; after <see cref="Step"/> call <see cref="Reset"/>: a connection reads one answer at a time.
/// A parameter's type is that of its first binding.
/// </summary>
internal sealed class Statement(NpgsqlConnection connection, string sql, bool prepare) : IDisposable
{
    readonly NpgsqlCommand command = new(sql, connection);
    NpgsqlDataReader? rows;
    bool prepared;

    public Statement Bind(int index, long? value) => Set(index, NpgsqlDbType.Bigint, value);

    public Statement Bind(int index, bool value) => Set(index, NpgsqlDbType.Boolean, value);

    public Statement Bind(int index, DateTime? value) => Set(index, NpgsqlDbType.TimestampTz, value);

    public Statement Bind(int index, byte[]? value) => Set(index, NpgsqlDbType.Bytea, value);

    public Statement Bind(int index, string? value) => Set(index, NpgsqlDbType.Text, value);

    public Statement Bind(int index, long[]? values) => Set(index, NpgsqlDbType.Array | NpgsqlDbType.Bigint, values);

    public Statement Bind(int index, long?[] values) => Set(index, NpgsqlDbType.Array | NpgsqlDbType.Bigint, values);

    public Statement Bind(int index, bool[] values) => Set(index, NpgsqlDbType.Array | NpgsqlDbType.Boolean, values);

    public Statement Bind(int index, string?[] values) => Set(index, NpgsqlDbType.Array | NpgsqlDbType.Text, values);

    public Statement Bind(int index, byte[]?[] values) => Set(index, NpgsqlDbType.Array | NpgsqlDbType.Bytea, values);

    public Statement Bind(int index, IReadOnlyList<string> values) => Bind(index, values as string[] ?? [.. values]);

    /// <summary>True while there is a row.</summary>
    public bool Step()
    {
        rows ??= Ready().ExecuteReader();
        return rows.Read();
    }

    /// <summary>Runs to the end. Answers the rows that were changed.</summary>
    public int Run() => Ready().ExecuteNonQuery();

    public void Reset()
    {
        rows?.Dispose();
        rows = null;
    }

    /// <summary>True if there was a row.</summary>
    public bool Any()
    {
        var any = Step();
        Reset();
        return any;
    }

    /// <summary>Every row.</summary>
    public List<T> All<T>(Func<Statement, T> read)
    {
        var all = new List<T>();
        while (Step()) all.Add(read(this));
        Reset();
        return all;
    }

    /// <summary>The first row, or the default.</summary>
    public T? First<T>(Func<Statement, T> read)
    {
        var first = Step() ? read(this) : default;
        Reset();
        return first;
    }

    public bool IsNull(int column) => rows!.IsDBNull(column);

    public long Int64(int column) => rows!.GetInt64(column);

    public int Int32(int column) => (int)rows!.GetInt64(column);

    public long? Int64OrNull(int column) => IsNull(column) ? null : Int64(column);

    public bool Flag(int column) => rows!.GetBoolean(column);

    /// <summary>Null for NULL.</summary>
    public string? Text(int column) => IsNull(column) ? null : rows!.GetString(column);

    /// <summary>Null for NULL.</summary>
    public byte[]? Blob(int column) => IsNull(column) ? null : rows!.GetFieldValue<byte[]>(column);

    public DateTime Time(int column) => rows!.GetDateTime(column);

    public string[] Texts(int column) => rows!.GetFieldValue<string[]>(column);

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

    Statement Set(int index, NpgsqlDbType type, object? value)
    {
        var parameters = command.Parameters;
        while (parameters.Count < index) parameters.Add(new NpgsqlParameter());
        var parameter = parameters[index - 1];
        if (parameter.NpgsqlDbType != type) parameter.NpgsqlDbType = type;
        parameter.Value = value ?? DBNull.Value;
        return this;
    }
}
