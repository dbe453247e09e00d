using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.Sqlite;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;
using Tidemark.TortureHost;
using Tidemark.TortureHost.Serve;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>A file in a folder.</summary>
/// <param name="folder">Where the file is.</param>
/// <param name="own">The same folder, if it is to be deleted in the end.</param>
internal sealed class SqliteCrashStore(string folder, StoreFolder? own = null) : CrashStore
{
    public string Database { get; } = HostStore.Database(folder);

    public override string Folder => folder;

    public override string[] Arguments => [];

    public override string RowNumber => MixTables.NumberOfSqlite;

    public override void Compose(TidemarkBuilder tidemark) => tidemark.UseSqlite(Database);

    public override IJobStore Make() => new SqliteJobStore(new() { Path = Database }, TimeProvider.System);

    public override Task ExecuteAsync(string sql)
    {
        using var file = SqliteFile.Open(new() { Path = Database });
        using var connection = file.Connect(ConnectionRole.Writer);
        file.Gate.Enter();
        Connections.Execute(connection.Handle!, sql);
        file.Gate.Exit();
        return Task.CompletedTask;
    }

    public override bool IsFree(Process stopped) => IsGateFree();

    public bool IsGateFree()
    {
        using var gate = new WriteGate(Database + "-gate");
        if (!gate.TryEnter()) return false;
        gate.Exit();
        return true;
    }

    public override string Integrity()
    {
        using var file = SqliteFile.Open(new() { Path = Database });
        using var connection = file.Connect(ConnectionRole.Reader);
        return Pragma.Text(connection.Handle!, "integrity_check") ?? "";
    }

    public override Task StartOverAsync()
    {
        Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        own?.Dispose();
        return default;
    }

    protected override DbConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={Database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return connection;
    }
}
