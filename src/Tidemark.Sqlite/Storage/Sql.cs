namespace Tidemark.Sqlite.Storage;

/// <summary>The statements: one embedded file each, <c>Sql/&lt;stage&gt;/&lt;Name&gt;.sql</c>. Keep what this answers in a static field: statements are found by reference.</summary>
internal static class Sql
{
    public static string Load(string name)
    {
        var resource = $"Tidemark.Sqlite.Sql.{name.Replace('/', '.')}.sql";
        using var stream = typeof(Sql).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"There is no embedded statement '{resource}'. Sql/{name}.sql must be an EmbeddedResource.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
