using SQLitePCL;
using Tidemark.Seams;

namespace Tidemark.Sqlite.Files;

/// <summary>Brings the schema up to date, one transaction a step, with the gate held. Killed between two steps, the next start goes on.</summary>
internal static class Migrator
{
    public static void Run(sqlite3 database, string path, IReadOnlyList<Migration> migrations)
    {
        RefuseNewer(database, path, migrations);
        foreach (var migration in migrations)
        {
            Connections.Execute(database, "BEGIN IMMEDIATE");
            try
            {
                // Read again: somebody who does not pass our gate (a tool that applies the script) may have been here since.
                if (Pragma.Number(database, "user_version") >= migration.Version)
                {
                    Connections.Execute(database, "ROLLBACK");
                    continue;
                }

                Connections.Execute(database, migration.Sql);
                Connections.Execute(database, $"PRAGMA user_version={migration.Version}");
                Connections.Execute(database, "COMMIT");
            }
            catch (SqliteError error)
            {
                if (raw.sqlite3_get_autocommit(database) == 0) raw.sqlite3_exec(database, "ROLLBACK");
                throw new StoreException($"Migration {migration.Version} ('{migration.Name}') of '{path}' was rolled back: {error.Message}. {error.Remedy}", inner: error);
            }

            FaultPoints.Hit(FaultPoints.MigrationBetweenSteps);
        }

        RefuseNewer(database, path, migrations);
    }

    public static bool IsDone(sqlite3 database, IReadOnlyList<Migration> migrations) => Pragma.Number(database, "user_version") >= Newest(migrations);

    public static void RefuseNewer(sqlite3 database, string path, IReadOnlyList<Migration> migrations)
    {
        var newest = Newest(migrations);
        if (Pragma.Number(database, "user_version") is var found && found > newest)
            throw new StoreException($"The database '{path}' has schema {found}; this Tidemark knows schemas up to {newest}. Run the release that wrote it, or a newer one.");
    }

    private static int Newest(IReadOnlyList<Migration> migrations) => migrations.Count == 0 ? 0 : migrations[^1].Version;
}
