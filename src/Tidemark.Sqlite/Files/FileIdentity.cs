using Microsoft.Data.Sqlite;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Files;

/// <summary>Whose file is it? Asked before anything is created beside it, and through SQLite, which alone may close the file again.</summary>
internal static class FileIdentity
{
    /// <summary>For a file that nobody of ours has open: read as immutable, so that no lock, no -wal and no -shm is made for what may be another's.</summary>
    /// <remarks>Never for a file in use: while a checkpoint copies pages back, such a reader finds the file malformed.</remarks>
    public static void CheckUnused(string path)
    {
        var uri = "file:" + string.Join('/', path.Replace('\\', '/').Split('/').Select(Uri.EscapeDataString)) + "?immutable=1";
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = uri, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Check(connection.Handle!, path);
        }
        catch (SqliteException error)
        {
            throw new SqliteError(error.SqliteExtendedErrorCode, error.Message).ToStoreException(path);
        }
        catch (SqliteError error)
        {
            throw error.ToStoreException(path);
        }
    }

    public static void Check(SQLitePCL.sqlite3 database, string path)
    {
        var application = Pragma.Number(database, "application_id");
        if (application == SqliteFile.ApplicationId) return;
        throw new StoreException(
            $"'{path}' is a SQLite database of another application: application_id {application:X8}, user_version {Pragma.Number(database, "user_version")}, {Tables(database)}. "
            + "Tidemark keeps its own file: give another path. Nothing was changed.");
    }

    private static string Tables(SQLitePCL.sqlite3 database)
    {
        using var statement = new Statement(database, "PRAGMA table_list");   // schema, name, …; SQLite's own tables among them
        var names = new SortedSet<string>(StringComparer.Ordinal);
        while (statement.Step())
        {
            if (statement.Text(1) is { } name && !name.StartsWith("sqlite_", StringComparison.Ordinal)) names.Add(name);
        }

        return names.Count switch
        {
            0 => "no tables",
            > 3 => $"tables {string.Join(", ", names.Take(3))}, …",
            _ => $"tables {string.Join(", ", names)}",
        };
    }
}
