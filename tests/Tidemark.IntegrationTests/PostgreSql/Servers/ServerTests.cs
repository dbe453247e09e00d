using System.Diagnostics;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.Servers;

/// <summary>A test run that is killed must not leave a server behind.</summary>
public sealed class ServerTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-served-");

    string Cluster => Path.Combine(folder.FullName, "cluster");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_server_ends_with_the_process_that_holds_it_open_and_leaves_nothing()
    {
        using var served = Serve($"{{ echo $BASHPID > {folder.FullName}/holder; exec sleep 600; }} | \"$0\" \"$1\" \"$2\"");
        var server = await ServedAsync();
        Kill(await PidAsync(Path.Combine(folder.FullName, "holder")));
        await GoneAsync(server);
        await served.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(Cluster));
    }

    [Fact]
    public async Task A_server_ends_with_its_watchdog()
    {
        using var served = Serve("exec \"$0\" \"$1\" \"$2\"");
        var server = await ServedAsync();
        served.Kill();
        await GoneAsync(server);
    }

    Process Serve(string command)
    {
        // The server's user must find its way through.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder.FullName, File.GetUnixFileMode(folder.FullName) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        return Process.Start(new ProcessStartInfo("/bin/bash", ["-c", command.Replace("\"$0\"", "bash \"$0\"", StringComparison.Ordinal), Path.Combine(AppContext.BaseDirectory, "serve.sh"), ServerPrograms.Find(), Cluster])
        {
            RedirectStandardInput = true, RedirectStandardError = true, UseShellExecute = false,
        })!;
    }

    // The socket is there once it serves; before, the same file names the server that fills the cluster.
    async Task<int> ServedAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!File.Exists(Path.Combine(Cluster, ".s.PGSQL.5432"))) await Task.Delay(20, limit.Token);
        return await PidAsync(Path.Combine(Cluster, "data", "postmaster.pid"));
    }

    static async Task<int> PidAsync(string file)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (File.Exists(file) && int.TryParse((await File.ReadAllLinesAsync(file, limit.Token)).FirstOrDefault(), out var pid)) return pid;
            await Task.Delay(20, limit.Token);
        }
    }

    static async Task GoneAsync(int pid)
    {
        using var limit = new CancellationTokenSource(Patience);
        for (var stat = $"/proc/{pid}/stat"; IsAlive(stat);) await Task.Delay(20, limit.Token);
    }

    // A killed process may be seen until its parent has buried it.
    static bool IsAlive(string stat)
    {
        try { return !File.ReadAllText(stat).Contains(") Z ", StringComparison.Ordinal); }
        catch (IOException) { return false; }
    }

    static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }
}
