using Tidemark.Cli.Commands.Schema;
using Tidemark.PostgreSql;
using Tidemark.PostgreSql.Connections;

namespace Tidemark.Cli.Stores;

/// <summary>The schema of a PostgreSQL store as text.</summary>
internal static class PostgreSqlSchema
{
    internal static string Usual => new TidemarkPostgreSqlOptions().Schema;

    /// <exception cref="UsageException">The name is none for a schema.</exception>
    internal static SchemaDialect Of(string schema)
    {
        Check(schema);
        return new(
            [.. Migration.Embedded.Select(migration => new SchemaStep(migration.Version, migration.Name, SchemaScript.Step(migration, schema)))],
            steps => SchemaScript.Of(schema, steps[0].Version - 1, steps[^1].Version));
    }

    /// <exception cref="UsageException">A name is none.</exception>
    internal static string Roles(string schema, string? prefix)
    {
        Check(schema);
        if (prefix is not null) Check(prefix);
        return SchemaScript.Roles(schema, prefix ?? schema);
    }

    // Roles are named by the same rule, so that nothing has to be quoted.
    static void Check(string name)
    {
        if (new TidemarkPostgreSqlOptions { Schema = name }.Faults() is [{ } fault, ..]) throw new UsageException(fault);
    }
}
