namespace Tidemark.PostgreSql.Storage;

/// <summary>
/// A statement: one embedded file each, <c>Sql/&lt;stage&gt;/&lt;Name&gt;.sql</c>, written for the schema <c>tidemark</c>. Keep what
/// <see cref="Load"/> answers in a static field: statements are found by reference.
/// </summary>
internal sealed class Sql
{
    public const string WrittenFor = "tidemark.";

    readonly string text;

    Sql(string name, string text)
    {
        Name = name;
        this.text = text;
    }

    public string Name { get; }

    public static Sql Load(string name)
    {
        var resource = $"Tidemark.PostgreSql.Sql.{name.Replace('/', '.')}.sql";
        using var stream = typeof(Sql).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"There is no embedded statement '{resource}'. Sql/{name}.sql must be an EmbeddedResource.");
        using var reader = new StreamReader(stream);
        return new(name, reader.ReadToEnd());
    }

    /// <summary>For another schema. Its name is checked to be plain: nothing has to be quoted.</summary>
    public string In(string schema) => text.Replace(WrittenFor, schema + ".", StringComparison.Ordinal);
}
