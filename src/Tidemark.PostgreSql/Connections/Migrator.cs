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

    public static void Run(NpgsqlConnection connection, Database database, IReadOnlyList<Migration> migrations)
    {
        using var statements = new StatementCache(connection, database, prepare: false);
        var newest = migrations.Count;
        var found = VersionOf(statements);
        if (found < newest && !database.Options.Migrate)
            throw new StoreException($"The schema '{database.Schema}' at {database.Place} is at version {found}, this Tidemark needs {newest}, and {nameof(TidemarkPostgreSqlOptions.Migrate)} is off. Apply the schema script, or switch it on.");
        for (var next = found + 1; next <= newest; next++)
        {
            Step(connection, statements, database, migrations[next - 1]);
            FaultPoints.Hit(FaultPoints.MigrationBetweenSteps);
        }
        if (VersionOf(statements) is var now && now > newest)
            throw new StoreException($"The schema '{database.Schema}' at {database.Place} has version {now}; this Tidemark knows versions up to {newest}. Run the release that wrote it, or a newer one.");
    }

    static int VersionOf(StatementCache statements) =>
        statements.Get(FoundSql).First(row => row.Flag(0)) ? statements.Get(VersionSql).First(row => row.Int32(0)) : 0;

    static void Step(NpgsqlConnection connection, StatementCache statements, Database database, Migration migration)
    {
        using var transaction = connection.BeginTransaction();
        statements.Get(LockSql).Bind(1, database.Schema).Any();
        statements.Get(PrepareSql).Run();
        if (statements.Get(VersionSql).First(row => row.Int32(0)) >= migration.Version) return; // another process has been here meanwhile
        using var command = new NpgsqlCommand(migration.Sql.Replace(Sql.WrittenFor, database.Schema + ".", StringComparison.Ordinal), connection);
        command.ExecuteNonQuery();
        statements.Get(DoneSql).Bind(1, migration.Version).Bind(2, migration.Name).Run();
        transaction.Commit();
    }
}
