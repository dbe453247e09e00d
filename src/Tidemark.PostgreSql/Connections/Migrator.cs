using Npgsql;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Seams;

namespace Tidemark.PostgreSql.Connections;

/// <summary>Brings the schema up to date, one transaction a step, one process at a time. Killed between two steps, the next start goes on.</summary>
internal static class Migrator
{
    static readonly Sql FoundSql = Sql.Load("Connections/Found");
    static readonly Sql VersionSql = Sql.Load("Connections/Version");
    static readonly Sql LockSql = Sql.Load("Connections/Lock");
    static readonly Sql PrepareSql = Sql.Load("Connections/Prepare");
    static readonly Sql DoneSql = Sql.Load("Connections/Done");
    static readonly Sql WaitBrieflySql = Sql.Load("Connections/WaitBriefly");

    // Whoever waits for a table is waited for by all who work with it: behind a dump that reads it for an hour, everything would stand still.
    static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static void Run(NpgsqlConnection connection, Database database, IReadOnlyList<Migration> migrations)
    {
        using var statements = new StatementCache(connection, database, prepare: false);
        var newest = migrations.Count;
        var (found, _) = VersionOf(statements);
        if (found < newest && !database.Options.Migrate) throw Behind(database, found, newest);
        for (var next = found + 1; next <= newest; next++)
        {
            Step(connection, statements, database, migrations[next - 1]);
            FaultPoints.Hit(FaultPoints.MigrationBetweenSteps);
        }
        if (VersionOf(statements) is var (now, serves) && serves > newest)
            throw new StoreException(
                $"The schema '{database.Schema}' at {database.Place} is at version {now}, which serves programs of version {serves} and later; this Tidemark knows versions up to {newest}. Run the release that wrote it, or a newer one.");
    }

    /// <summary>Its version, and the oldest whose programs it serves; zeros if there is no schema.</summary>
    static (int Version, int Serves) VersionOf(StatementCache statements) =>
        statements.Get(FoundSql).First(row => row.Flag(0)) ? statements.Get(VersionSql).First(row => (row.Int32(0), row.Int32(1))) : (0, 0);

    static StoreException Behind(Database database, int found, int newest) => new(
        (found == 0 ? $"There is no schema '{database.Schema}' of Tidemark at {database.Place}" : $"The schema '{database.Schema}' at {database.Place} is at version {found}, this Tidemark needs {newest}")
        + $", and this program may not change it. Apply what \"tidemark schema script --for postgresql{Named(database)}{(found == 0 ? "" : $" --from {found}")}\" writes, or let one open it once that may: "
        + $"a service with {nameof(TidemarkPostgreSqlOptions.Migrate)} on, or \"tidemark run\".",
        inner: new SchemaVersionMismatch(found, newest));

    static string Named(Database database) => database.Schema == new TidemarkPostgreSqlOptions().Schema ? "" : $" --schema {database.Schema}";

    static void Step(NpgsqlConnection connection, StatementCache statements, Database database, Migration migration)
    {
        var began = Environment.TickCount64;
        while (true)
        {
            try
            {
                TryStep(connection, statements, database, migration);
                return;
            }
            catch (PostgresException held) when (held.SqlState == PostgresErrorCodes.LockNotAvailable && Environment.TickCount64 - began < Patience.TotalMilliseconds)
            {
                statements.ResetAll();
                Thread.Sleep(Pause); // nothing tells when a table is free, and the caller waits for the schema
            }
        }
    }

    static void TryStep(NpgsqlConnection connection, StatementCache statements, Database database, Migration migration)
    {
        using var transaction = connection.BeginTransaction();
        statements.Get(LockSql).Bind(1, database.Schema).Any();
        statements.Get(WaitBrieflySql).Bind(1, (long)Wait.TotalMilliseconds).Any();
        statements.Get(PrepareSql).Run();
        if (VersionOf(statements).Version >= migration.Version) return; // another process has been here meanwhile
        using var command = new NpgsqlCommand(Sql.In(migration.Sql, database.Schema), connection) { CommandTimeout = 0 }; // a large table may take it long
        command.ExecuteNonQuery();
        statements.Get(DoneSql).Bind(1, migration.Version).Bind(2, migration.Name).Bind(3, migration.Serves).Run();
        transaction.Commit();
    }
}
