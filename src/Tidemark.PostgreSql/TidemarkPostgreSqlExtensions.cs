using Npgsql;
using Tidemark.PostgreSql;

namespace Tidemark;

/// <summary>Chooses PostgreSQL as the store.</summary>
public static class TidemarkPostgreSqlExtensions
{
    /// <summary>Keeps everything in one schema of a PostgreSQL database; workers on any number of machines may share it.</summary>
    /// <param name="tidemark">The composition.</param>
    /// <param name="dataSource">Where to; it stays the caller's, who disposes of it after the host.</param>
    /// <param name="configure">Schema and limits.</param>
    public static TidemarkBuilder UsePostgreSql(this TidemarkBuilder tidemark, NpgsqlDataSource dataSource, Action<TidemarkPostgreSqlOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(tidemark);
        ArgumentNullException.ThrowIfNull(dataSource);
        var options = new TidemarkPostgreSqlOptions();
        configure?.Invoke(options);
        foreach (var fault in options.Faults()) tidemark.Faults.Add(fault);
        tidemark.UseStore((_, _) => new PostgreSqlJobStore(dataSource, options));
        return tidemark;
    }
}
