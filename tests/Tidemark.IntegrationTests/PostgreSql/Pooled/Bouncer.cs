using System.Diagnostics;
using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(Tidemark.IntegrationTests.PostgreSql.Pooled.Bouncer))]

namespace Tidemark.IntegrationTests.PostgreSql.Pooled;

/// <summary>PgBouncer in transaction mode before the shared server: one for all tests of a run, started by the first that asks.</summary>
public sealed class Bouncer : IAsyncLifetime
{
    static readonly string[] Places = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];
    static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    static readonly Lazy<Task<string>> Started = new(StartAsync);
    static Process? watchdog;

    /// <summary>The settings that go with it.</summary>
    internal static async Task<string> GetAsync()
    {
        Assert.SkipUnless(Array.Exists(Places, File.Exists), $"Needs PgBouncer, which is none of {string.Join(", ", Places)}. Install the package pgbouncer (apt-get install pgbouncer); ./check does it.");
        return await Started.Value;
    }

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        if (watchdog is null) return;
        watchdog.StandardInput.Close();
        await watchdog.WaitForExitAsync();
        watchdog.Dispose();
    }

    static async Task<string> StartAsync()
    {
        var server = await SharedServer.GetAsync();
        var folder = Path.Combine(Path.GetTempPath(), $"tidemark-bounce-{Guid.NewGuid():N}"[..24]);
        watchdog = Process.Start(new ProcessStartInfo("/bin/bash", [Path.Combine(AppContext.BaseDirectory, "bounce.sh"), Places.First(File.Exists), folder, server.Folder])
        {
            RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = "/",
        })!;
        // What a reset would send is meant for a session of our own.
        var made = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = folder, NoResetOnClose = true, MaxAutoPrepare = 0 }.ConnectionString;
        using var limit = new CancellationTokenSource(StartLimit);
        while (!await AnswersAsync(made))
        {
            Assert.False(watchdog.HasExited, "PgBouncer did not start.");
            await Task.Delay(20, limit.Token);
        }
        return made;
    }

    static async Task<bool> AnswersAsync(string to)
    {
        try
        {
            await using var connection = new NpgsqlConnection(to + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
