using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tidemark.Seams;
using Tidemark.Sqlite;

namespace Tidemark;

/// <summary>Chooses SQLite as the store.</summary>
public static class TidemarkSqliteExtensions
{
    /// <summary>Keeps everything in one SQLite file on a local disk; several processes may share it.</summary>
    /// <param name="tidemark">The composition.</param>
    /// <param name="path">The database file; made if it is not there. Its directory must exist.</param>
    /// <param name="configure">Durability and limits.</param>
    public static TidemarkBuilder UseSqlite(this TidemarkBuilder tidemark, string path, Action<TidemarkSqliteOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(tidemark);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var options = new TidemarkSqliteOptions { Path = path };
        configure?.Invoke(options);
        foreach (var fault in options.Faults()) tidemark.Faults.Add(fault);
        tidemark.UseStore((time, services) => new SqliteJobStore(options, time, services.GetService<ILoggerFactory>() is { } loggers ? SteadyLoggers.Around(loggers).CreateLogger("Tidemark.Sqlite") : null));
        tidemark.Services(services => services.AddSingleton(provider => ((SqliteJobStore)provider.GetRequiredService<EngineParts>().Store).Transactions));
        return tidemark;
    }
}
