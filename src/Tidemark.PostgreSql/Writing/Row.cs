using Npgsql;

namespace Tidemark.PostgreSql.Writing;

/// <summary>The row at which a reader stands. Columns count from 0.</summary>
internal abstract class Row
{
    protected NpgsqlDataReader? Rows { get; set; }

    /// <summary>True while there is a row.</summary>
    public virtual bool Step() => Rows!.Read();

    public bool IsNull(int column) => Rows!.IsDBNull(column);

    public long Int64(int column) => Rows!.GetInt64(column);

    public int Int32(int column) => (int)Rows!.GetInt64(column);

    public long? Int64OrNull(int column) => IsNull(column) ? null : Int64(column);

    public bool Flag(int column) => Rows!.GetBoolean(column);

    /// <summary>Null for NULL.</summary>
    public string? Text(int column) => IsNull(column) ? null : Rows!.GetString(column);

    /// <summary>Null for NULL.</summary>
    public byte[]? Blob(int column) => IsNull(column) ? null : Rows!.GetFieldValue<byte[]>(column);

    public DateTime Time(int column) => Rows!.GetDateTime(column);

    public string[] Texts(int column) => Rows!.GetFieldValue<string[]>(column);
}
