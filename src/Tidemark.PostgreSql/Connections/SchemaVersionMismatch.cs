namespace Tidemark.PostgreSql.Connections;

/// <summary>The schema is older than this program needs, and must not be brought up to date by it.</summary>
/// <param name="found">Its version; 0: there is none.</param>
/// <param name="needed">The program's.</param>
internal sealed class SchemaVersionMismatch(int found, int needed) : Exception($"version {found} was found, {needed} is needed")
{
    /// <summary>The schema's version; 0: there is none.</summary>
    public int Found => found;
}
