using Npgsql;
using NpgsqlTypes;

namespace Tidemark.PostgreSql.Writing;

/// <summary>A statement that takes parameters, counted from 1 as in the SQL files. A parameter's type is that of its first binding.</summary>
internal interface IBound
{
    NpgsqlParameterCollection Parameters { get; }
}

internal static class Binding
{
    public static T Bind<T>(this T to, int index, long? value) where T : IBound => Set(to, index, NpgsqlDbType.Bigint, value);

    public static T Bind<T>(this T to, int index, bool value) where T : IBound => Set(to, index, NpgsqlDbType.Boolean, value);

    public static T Bind<T>(this T to, int index, DateTime? value) where T : IBound => Set(to, index, NpgsqlDbType.TimestampTz, value);

    public static T Bind<T>(this T to, int index, byte[]? value) where T : IBound => Set(to, index, NpgsqlDbType.Bytea, value);

    public static T Bind<T>(this T to, int index, string? value) where T : IBound => Set(to, index, NpgsqlDbType.Text, value);

    public static T Bind<T>(this T to, int index, long[]? values) where T : IBound => Set(to, index, NpgsqlDbType.Array | NpgsqlDbType.Bigint, values);

    public static T Bind<T>(this T to, int index, long?[] values) where T : IBound => Set(to, index, NpgsqlDbType.Array | NpgsqlDbType.Bigint, values);

    public static T Bind<T>(this T to, int index, bool[] values) where T : IBound => Set(to, index, NpgsqlDbType.Array | NpgsqlDbType.Boolean, values);

    public static T Bind<T>(this T to, int index, string?[] values) where T : IBound => Set(to, index, NpgsqlDbType.Array | NpgsqlDbType.Text, values);

    public static T Bind<T>(this T to, int index, byte[]?[] values) where T : IBound => Set(to, index, NpgsqlDbType.Array | NpgsqlDbType.Bytea, values);

    public static T Bind<T>(this T to, int index, IReadOnlyList<string> values) where T : IBound => to.Bind(index, values as string[] ?? [.. values]);

    static T Set<T>(T to, int index, NpgsqlDbType type, object? value) where T : IBound
    {
        var parameters = to.Parameters;
        while (parameters.Count < index) parameters.Add(new NpgsqlParameter());
        var parameter = parameters[index - 1];
        if (parameter.NpgsqlDbType != type) parameter.NpgsqlDbType = type;
        parameter.Value = value ?? DBNull.Value;
        return to;
    }
}
