using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Storage;

/// <summary>Instants as the columns hold them: UTC milliseconds since 1970.</summary>
internal static class Instants
{
    public static long Ms(this DateTimeOffset instant) => instant.ToUnixTimeMilliseconds();

    public static long? Ms(this DateTimeOffset? instant) => instant?.ToUnixTimeMilliseconds();

    public static DateTimeOffset Instant(this Row row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(column));

    public static DateTimeOffset? InstantOrNull(this Row row, int column) => row.IsNull(column) ? null : row.Instant(column);

    public static JobId? JobOrNull(this Row row, int column) => row.IsNull(column) ? null : new JobId(row.Int64(column));
}
