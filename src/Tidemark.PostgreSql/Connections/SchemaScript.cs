using System.Globalization;
using System.Text;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.PostgreSql.Connections;

/// <summary>The migrations and the roles as text, for whoever applies them by hand.</summary>
internal static class SchemaScript
{
    static readonly Sql BeginSql = Sql.Load("Connections/ScriptBegin");
    static readonly Sql RequiresSql = Sql.Load("Connections/ScriptRequires");
    static readonly Sql PrepareSql = Sql.Load("Connections/Prepare");
    static readonly Sql StepSql = Sql.Load("Connections/ScriptStep");
    static readonly Sql EndSql = Sql.Load("Connections/ScriptEnd");
    static readonly Sql RolesSql = Sql.Load("Connections/Roles");

    /// <summary>The steps after <paramref name="from"/> up to and with <paramref name="to"/>, in one transaction.</summary>
    public static string Of(string schema, int from, int to)
    {
        var script = new StringBuilder(BeginSql.In(schema).Replace("{range}", from == 0 ? $"up to version {to}" : $"from version {from} to {to}", StringComparison.Ordinal));
        script.Append(from == 0 ? PrepareSql.In(schema) : RequiresSql.In(schema).Replace("{version}", Number(from), StringComparison.Ordinal));
        foreach (var migration in Migration.Embedded.Where(migration => migration.Version > from && migration.Version <= to)) script.Append(Step(migration, schema));
        return script.Append(EndSql.In(schema)).ToString();
    }

    /// <summary>The roles, named with <paramref name="prefix"/>, and what each may in the schema.</summary>
    public static string Roles(string schema, string prefix) => RolesSql.In(schema).Replace("{prefix}", prefix, StringComparison.Ordinal);

    /// <summary>One step, which is passed over where it is done.</summary>
    public static string Step(Migration migration, string schema) => StepSql.In(schema)
        .Replace("{version}", Number(migration.Version), StringComparison.Ordinal)
        .Replace("{name}", migration.Name, StringComparison.Ordinal)
        .Replace("{serves}", Number(migration.Serves), StringComparison.Ordinal)
        .Replace("{sql}", Sql.In(migration.Sql.TrimEnd(), schema), StringComparison.Ordinal);

    static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
