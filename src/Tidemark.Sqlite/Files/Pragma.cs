using SQLitePCL;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Files;

internal static class Pragma
{
    public static long Number(sqlite3 database, string name)
    {
        using var statement = new Statement(database, "PRAGMA " + name);
        return statement.Step() ? statement.Int64(0) : throw new SqliteError(raw.SQLITE_ERROR, $"PRAGMA {name} gave no row");
    }

    public static string Text(sqlite3 database, string name)
    {
        using var statement = new Statement(database, "PRAGMA " + name);
        return statement.Step() ? statement.Text(0)! : throw new SqliteError(raw.SQLITE_ERROR, $"PRAGMA {name} gave no row");
    }
}
