using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.TortureHost;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.Failover;

/// <summary>A primary and its standby, and a connection string that names both.</summary>
internal sealed class ServerPair(Server primary, Server standby) : IAsyncDisposable
{
    static readonly string[] Small = ["fsync=off", "shared_buffers=32MB", "wal_level=replica", "max_wal_senders=4", "hot_standby=on", "wal_receiver_status_interval=1"];

    public Server Primary => primary;

    public Server Standby => standby;

    /// <summary>As a user would write it. A driver that believes for ten seconds what a host was would wait for them.</summary>
    public string ConnectionString { get; } = new NpgsqlConnectionStringBuilder(primary.ConnectionString)
    {
        Host = $"{primary.Folder},{standby.Folder}", TargetSessionAttributes = "primary", HostRecheckSeconds = 1, MaxPoolSize = 20,
    }.ConnectionString;

    /// <param name="waits">Whether the primary waits for the standby at each commit.</param>
    public static async Task<ServerPair> StartAsync(bool waits)
    {
        Assert.SkipUnless(File.Exists(Path.Combine(ServerPrograms.Find(), "pg_basebackup")), $"Needs pg_basebackup, which is not in {ServerPrograms.Find()}.");
        var primary = await Server.StartAsync(Small);
        var standby = await primary.StartStandbyAsync(Small);
        var pair = new ServerPair(primary, standby);
        if (!waits) return pair;
        await RunAsync(primary, "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
        await RunAsync(primary, "SELECT pg_reload_conf()");
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await AskAsync<long>(primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 0) await Task.Delay(20, limit.Token);
        return pair;
    }

    /// <summary>The primary is gone, and the standby takes its place.</summary>
    public async Task FailOverAsync()
    {
        KillPrimary();
        Assert.True(await AskAsync<bool>(standby, "SELECT pg_promote()"));
    }

    public static async Task<T> AskAsync<T>(Server server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        await standby.DisposeAsync();
        await primary.DisposeAsync();
    }

    // As the loss of its machine ends it: no process of it does anything more.
    void KillPrimary()
    {
        using var server = Process.GetProcessById(int.Parse(File.ReadLines(Path.Combine(primary.Folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture));
        Native.Send(server.Id, Native.Stop); // it would tell its clients of the death of the others
        foreach (var session in File.ReadAllText($"/proc/{server.Id}/task/{server.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Native.Send(int.Parse(session, CultureInfo.InvariantCulture), Native.Kill);
        server.Kill();
    }

    static async Task RunAsync(Server server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
