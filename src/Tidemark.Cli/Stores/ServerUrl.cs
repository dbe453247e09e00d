namespace Tidemark.Cli.Stores;

/// <summary>
/// A connection as libpq writes it, <c>postgresql://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?KEY=VALUE</c>, taken apart by hand: no URI class
/// takes several hosts. No message repeats any of it but what looks like a key.
/// </summary>
internal static class ServerUrl
{
    /// <summary>What mends a URL that was taken apart at a wrong place.</summary>
    internal const string Escape = "In a user's name, a password, a database or a value write / ? # @ : % & as %2F %3F %23 %40 %3A %25 %26.";

    static readonly string[] Schemes = ["postgresql://", "postgres://"];

    // As libpq names them, where the driver does otherwise.
    static readonly Dictionary<string, string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["user"] = "Username", ["dbname"] = "Database", ["sslmode"] = "SSL Mode", ["sslrootcert"] = "Root Certificate", ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key", ["connect_timeout"] = "Timeout", ["application_name"] = "Application Name", ["target_session_attrs"] = "Target Session Attributes",
        ["options"] = "Options", ["passfile"] = "Passfile", ["schema"] = ServerKeys.Schema,
    };

    internal static bool Is(string said) => Array.Exists(Schemes, scheme => said.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="UsageException">It is not whole.</exception>
    internal static List<KeyValuePair<string, string>> Read(string said)
    {
        var rest = said[Schemes.First(scheme => said.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)).Length..];
        var pairs = new List<KeyValuePair<string, string>>();
        var (beforeQuery, query) = Cut(rest, rest.IndexOf('?'));
        var (authority, database) = Cut(beforeQuery, beforeQuery.IndexOf('/'));
        // The user and the password end at an @, and neither is behind the host: one there is the rest of a password that was cut at its / or ?.
        if (database.Contains('@') || database.Contains('/') || query.Contains('@')) throw new UsageException($"--store: the URL has a / or @ behind its host that has no place there. {Escape}");
        var at = authority.LastIndexOf('@'); // one in a password is written %40, or forgotten: the last one is ours
        var (user, password) = at < 0 ? ("", "") : Cut(authority[..at], authority[..at].IndexOf(':'));
        void Add(string key, string value)
        {
            if (value.Length > 0) pairs.Add(new(key, value));
        }
        Add("Username", Plain(user));
        Add("Password", Plain(password));
        var hosts = at < 0 ? authority : authority[(at + 1)..];
        // Without one it is this machine, as for every other client.
        Add("Host", hosts.Length == 0 && !query.Contains("host=", StringComparison.OrdinalIgnoreCase) ? "localhost" : string.Join(',', hosts.Split(',').Select(Plain)));
        Add("Database", Plain(database));
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = Cut(part, part.IndexOf('='));
            if (value.Length == 0) throw new UsageException($"--store: {ServerKeys.Shown(Plain(key))} in the URL's query has no value. Write KEY=VALUE&KEY=VALUE. {Escape}");
            Add(Known.GetValueOrDefault(Plain(key), Plain(key)), Worded(Plain(key), Plain(value)));
        }
        return pairs;
    }

    // libpq writes verify-full; the driver's own words have no hyphen.
    static string Worded(string key, string value) => key == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;

    static string Plain(string text) => Uri.UnescapeDataString(text);

    static (string Before, string After) Cut(string text, int at) => at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
}
