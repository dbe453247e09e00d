namespace Tidemark.PostgreSql.Storage;

/// <summary>
/// A statement: one embedded file each, <c>Sql/&lt;stage&gt;/&lt;Name&gt;.sql</c>, written for the schema <c>tidemark</c>. Keep what
/// <see cref="Load"/> answers in a static field: statements are found by reference.
/// </summary>
internal sealed class Sql
{
    const string WrittenFor = "tidemark.";

    readonly string text;

    Sql(string name, string text)
    {
        Name = name;
        this.text = text;
    }

    public string Name { get; }

    public static Sql Load(string name) => new(name, Read(name));

    /// <summary>Those of a file with several, a semicolon between them.</summary>
    public static Sql[] LoadEach(string name) => [.. Read(name).Split(';', StringSplitOptions.TrimEntries).Select(text => new Sql(name, text))];

    static string Read(string name)
    {
        var resource = $"Tidemark.PostgreSql.Sql.{name.Replace('/', '.')}.sql";
        using var stream = typeof(Sql).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"There is no embedded statement '{resource}'. Sql/{name}.sql must be an EmbeddedResource.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>For another schema.</summary>
    public string In(string schema) => In(text, schema);

    /// <summary>The same of a text that is none of these statements. The name is checked to be plain, but it may be a word of SQL (user, left): it is quoted.</summary>
    public static string In(string text, string schema) =>
        schema + "." == WrittenFor ? text : text.Replace(WrittenFor, $"\"{schema}\".", StringComparison.Ordinal);
}
