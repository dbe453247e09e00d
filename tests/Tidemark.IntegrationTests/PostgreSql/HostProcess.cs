using System.Diagnostics;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>A worker process on the shared server.</summary>
internal sealed class HostProcess : IDisposable
{
    readonly Process process;

    HostProcess(Process process) => this.process = process;

    public int Id => process.Id;

    /// <summary>Answers once it takes jobs.</summary>
    public static async Task<HostProcess> StartAsync(Server server, string schema, string presence, string log, int items, int milliseconds)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Tidemark.PostgreSqlHost"), [server.ConnectionString, schema, presence, log, $"{items}", $"{milliseconds}"])
        {
            RedirectStandardOutput = true, UseShellExecute = false,
        };
        var made = new HostProcess(Process.Start(start)!);
        Assert.Equal("up", await made.process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        return made;
    }

    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        process.Dispose();
    }
}
