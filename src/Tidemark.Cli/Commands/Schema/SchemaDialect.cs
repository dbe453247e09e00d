using System.CommandLine;
using System.Text;
using Tidemark.Cli.Stores;
using Tidemark.Sqlite.Files;

namespace Tidemark.Cli.Commands.Schema;

/// <summary>One step of a schema, of whatever kind of store.</summary>
internal sealed record SchemaStep(int Version, string Name, string Sql);

/// <summary>The steps of a kind of store, and how they are written one after another.</summary>
internal sealed record SchemaDialect(SchemaStep[] Steps, Func<SchemaStep[], string> Script)
{
    const string Sqlite = "sqlite";
    const string PostgreSql = "postgresql";

    internal static Option<string?> For { get; } = new("--for")
    {
        Description = $"{Sqlite} or {PostgreSql} (default: what --store names)",
        HelpName = "KIND",
        CustomParser = result => result.Tokens[0].Value is Sqlite or PostgreSql
            ? result.Tokens[0].Value
            : Values.Refuse<string>(result, result.Tokens[0].Value, $"{Sqlite} or {PostgreSql}", $"--for {PostgreSql}"),
    };

    internal static Option<string?> Schema { get; } = new("--schema") { Description = "The PostgreSQL schema that it is written for (default: what --store names, else tidemark)", HelpName = "NAME" };

    internal static SchemaDialect Of(ParseResult parsed)
    {
        var kind = parsed.GetValue(For) ?? (parsed.GetValue(Schema) is not null || PlaceOf(parsed)?.Server is not null ? PostgreSql : Sqlite);
        if (kind == PostgreSql) return PostgreSqlSchema.Of(SchemaOf(parsed));
        return new([.. Migration.Embedded.Select(migration => new SchemaStep(migration.Version, migration.Name, migration.Sql))], Plain);
    }

    internal static string SchemaOf(ParseResult parsed) =>
        parsed.GetValue(Schema) ?? PlaceOf(parsed)?.Server?.LastOrDefault(pair => string.Equals(pair.Key, ServerKeys.Schema, StringComparison.OrdinalIgnoreCase)).Value ?? PostgreSqlSchema.Usual;

    static StorePlace? PlaceOf(ParseResult parsed) => StorePlace.Read(GlobalOptions.StoreOf(parsed, Environment.GetEnvironmentVariable));

    static string Plain(SchemaStep[] steps)
    {
        var script = new StringBuilder();
        foreach (var step in steps) script.Append($"-- {step.Version:0000} {step.Name}\n{step.Sql.TrimEnd()}\n");
        return script.ToString();
    }
}
