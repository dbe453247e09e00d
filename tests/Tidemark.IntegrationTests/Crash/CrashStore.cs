using System.Data.Common;
using System.Diagnostics;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.Storage;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>Which store a crash test runs on.</summary>
public enum StoreKind
{
    /// <summary>A file.</summary>
    Sqlite,

    /// <summary>A schema of the shared server.</summary>
    PostgreSql,
}

/// <summary>A fresh store for the processes of a test, how they find it, and what can be seen of it from outside.</summary>
internal abstract class CrashStore : IAsyncDisposable
{
    /// <summary>Of the journals, and of whatever else its processes leave.</summary>
    public abstract string Folder { get; }

    /// <summary>What a process of the torture host is told of it, besides the folder.</summary>
    public abstract string[] Arguments { get; }

    /// <summary>The type of a column that numbers rows in the order of their insertion.</summary>
    public abstract string RowNumber { get; }

    public static async Task<CrashStore> CreateAsync(StoreKind kind)
    {
        if (kind == StoreKind.PostgreSql) return await PostgreSqlCrashStore.CreateAsync();
        var folder = new StoreFolder();
        return new SqliteCrashStore(folder.Path, folder);
    }

    /// <summary>The same store for a client in this process.</summary>
    public abstract void Compose(TidemarkBuilder tidemark);

    /// <summary>The same store for a client in this process that stands between.</summary>
    public abstract IJobStore Make();

    /// <summary>For the tables of the handlers: as a user of the store would.</summary>
    public abstract Task ExecuteAsync(string sql);

    /// <summary>Whether a process that stands still keeps nobody from writing.</summary>
    public abstract bool IsFree(Process stopped);

    /// <summary>"ok", or what is not.</summary>
    public abstract string Integrity();

    /// <summary>As if nothing had ever been.</summary>
    public abstract Task StartOverAsync();

    public abstract ValueTask DisposeAsync();

    public List<T> Read<T>(string sql, Func<DbDataReader, T> read)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    /// <summary>Open, to read from.</summary>
    protected abstract DbConnection Open();
}
