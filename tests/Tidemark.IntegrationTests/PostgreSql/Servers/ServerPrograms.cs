namespace Tidemark.IntegrationTests.PostgreSql.Servers;

/// <summary>Where PostgreSQL's server programs are: Debian keeps them off the PATH, a folder a major version.</summary>
internal static class ServerPrograms
{
    public const string Variable = "TIDEMARK_POSTGRESQL_BIN";
    const string Debian = "/usr/lib/postgresql";

    public static string Find() =>
        Candidates().FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")))
        ?? throw new InvalidOperationException(
            $"PostgreSQL's server programs (initdb, postgres) are not on this machine: looked on the PATH and in {Debian}. Install them (apt-get install postgresql), or set {Variable} to their folder.");

    static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            yield return given;
            yield break;
        }
        var majors = Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : [];
        foreach (var major in majors.OrderByDescending(path => int.TryParse(Path.GetFileName(path), out var number) ? number : 0)) yield return Path.Combine(major, "bin");
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)) yield return folder;
    }
}
