using Microsoft.Data.Sqlite;
using Tidemark.Sqlite;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Writing;

namespace Tidemark.IntegrationTests.Sqlite;

/// <summary>A folder of its own for a test, gone after it.</summary>
public sealed class StoreFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tidemark-test-").FullName;

    public string Database => System.IO.Path.Combine(Path, "store.db");

    internal TidemarkSqliteOptions Options => new() { Path = Database };

    internal SqliteFile Open(Action<TidemarkSqliteOptions>? change = null, params Migration[] migrations)
    {
        var options = Options;
        change?.Invoke(options);
        return SqliteFile.Open(options, migrations.Length == 0 ? [Numbers] : migrations);
    }

    /// <summary>A table of one unique number a row.</summary>
    internal static Migration Numbers { get; } = new(1, "numbers", "CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT");

    internal static long[] ReadNumbers(SqliteFile file)
    {
        using var connection = file.Connect(ConnectionRole.Reader);
        using var statement = new Statement(connection.Handle!, "SELECT n FROM numbers ORDER BY n");
        var numbers = new List<long>();
        while (statement.Step()) numbers.Add(statement.Int64(0));
        return [.. numbers];
    }

    /// <summary>As any other program would: not through the store.</summary>
    internal SqliteConnection OpenAsStranger()
    {
        var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        return connection;
    }

    internal void ExecuteAsStranger(string sql)
    {
        using var connection = OpenAsStranger();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
