using System.Reflection;

namespace Tidemark.PostgreSql.Connections;

/// <summary>One step of the schema, in one transaction.</summary>
/// <param name="Version">Counted from 1.</param>
/// <param name="Name">For people.</param>
/// <param name="Serves">
/// The oldest version whose programs still work once this step is taken. A step that only adds serves whom the one before it served; one that takes away
/// what older programs use says so in its first line, <c>-- serves: N</c>, and comes a release after the programs that no longer use it.
/// </param>
/// <param name="Sql">What it does.</param>
internal sealed record Migration(int Version, string Name, int Serves, string Sql)
{
    const string Folder = ".Migrations.";
    const string ServesLine = "-- serves: ";

    /// <summary>The embedded files <c>Migrations/NNNN_name.sql</c>, in order; a gap in the numbers is a fault of the build.</summary>
    public static IReadOnlyList<Migration> Embedded { get; } = Read(typeof(Migration).Assembly);

    static Migration[] Read(Assembly assembly)
    {
        var found = assembly.GetManifestResourceNames()
            .Where(name => name.Contains(Folder, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => Parse(assembly, name))
            .OrderBy(migration => migration.Version)
            .ToArray();
        for (var i = 0; i < found.Length; i++)
        {
            if (found[i].Version != i + 1)
                throw new InvalidOperationException($"Migration {found[i].Version} ('{found[i].Name}') stands where {i + 1} is due: number the files without gaps.");
            if (i > 0) found[i] = found[i] with { Serves = Math.Max(found[i].Serves, found[i - 1].Serves) };
        }
        return found;
    }

    static Migration Parse(Assembly assembly, string resource)
    {
        var file = resource[(resource.LastIndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..^".sql".Length];
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        var sql = reader.ReadToEnd();
        return new(int.Parse(file.AsSpan(0, 4)), file[5..], ServesOf(sql), sql);
    }

    static int ServesOf(string sql) => sql.StartsWith(ServesLine, StringComparison.Ordinal) ? int.Parse(sql.AsSpan(ServesLine.Length, sql.IndexOf('\n') - ServesLine.Length)) : 1;
}
