using System.Reflection;

namespace Tidemark.PostgreSql.Connections;

/// <summary>One step of the schema, in one transaction.</summary>
internal sealed record Migration(int Version, string Name, string Sql)
{
    const string Folder = ".Migrations.";

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
        }
        return found;
    }

    static Migration Parse(Assembly assembly, string resource)
    {
        var file = resource[(resource.LastIndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..^".sql".Length];
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return new(int.Parse(file.AsSpan(0, 4)), file[5..], reader.ReadToEnd());
    }
}
