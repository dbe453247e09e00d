using System.Diagnostics;
using Npgsql;

namespace Tidemark.IntegrationTests.PostgreSql.Servers;

/// <summary>
/// A PostgreSQL server of our own on a socket in a temporary folder. One that does not wait for its disk lies in memory where there is room: a cluster and a schema a test are
/// many thousand files, of which none has to outlive a loss of power. It ends with this object, or with this process, whatever way that goes.
/// </summary>
internal sealed class Server : IAsyncDisposable
{
    const string NoDisk = "fsync=off";
    const string Memory = "/dev/shm";
    const long Room = 4L << 30;
    static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    readonly Process watchdog;
    readonly Task<string> errors;

    Server(string folder, string[] settings, IReadOnlyDictionary<string, string> environment)
    {
        Folder = folder;
        var start = new ProcessStartInfo("/bin/bash", [Path.Combine(AppContext.BaseDirectory, "serve.sh"), ServerPrograms.Find(), folder, .. settings])
        {
            RedirectStandardInput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/",
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        watchdog = Process.Start(start)!;
        errors = watchdog.StandardError.ReadToEndAsync();
    }

    public string Folder { get; }

    public string ConnectionString => $"Host={Folder};Username=tidemark;Database=postgres;Maximum Pool Size=50;Timeout=15;Command Timeout=60";

    /// <summary>Answers once it takes connections.</summary>
    public static Task<Server> StartAsync(params string[] settings) => StartInAsync(new Dictionary<string, string>(), settings);

    /// <summary>A standby of this one, by the name "standby", streaming.</summary>
    public Task<Server> StartStandbyAsync(params string[] settings) => StartInAsync(new Dictionary<string, string> { ["STANDBY_OF"] = Folder }, settings);

    /// <summary>With these variables set, for it and what makes it.</summary>
    public static async Task<Server> StartInAsync(IReadOnlyDictionary<string, string> environment, params string[] settings)
    {
        var server = new Server(Path.Combine(ParentFor(settings), $"tidemark-pg-{Environment.ProcessId}-{Guid.NewGuid():N}"[..^20]), settings, environment);
        using var limit = new CancellationTokenSource(StartLimit);
        while (!await server.AnswersAsync())
        {
            if (!server.watchdog.HasExited && !limit.IsCancellationRequested)
            {
                await Task.Delay(20);
                continue;
            }
            var log = Path.Combine(server.Folder, "server.log");
            var told = server.watchdog.HasExited ? "" : File.Exists(log) ? await File.ReadAllTextAsync(log) : "";
            await server.DisposeAsync();
            throw new InvalidOperationException($"PostgreSQL did not start in {server.Folder}: {await server.errors}{told}");
        }
        return server;
    }

    /// <summary>Stops the server, keeps a copy of its data, and starts it again.</summary>
    public Task KeepAsync() => RestartAsync("INT keep");

    /// <summary>Stops the server, puts the copy that was kept in the place of its data, and starts it again.</summary>
    public Task GoBackAsync() => RestartAsync("INT back");

    /// <summary>Stops the server by these signals, in turn, and starts it again. Answers once it takes connections.</summary>
    public async Task RestartAsync(string signals)
    {
        var former = await StartedAtAsync();
        await watchdog.StandardInput.WriteLineAsync(signals);
        await watchdog.StandardInput.FlushAsync();
        using var limit = new CancellationTokenSource(StartLimit);
        while (await StartedAtAsync() is not { } started || started == former) await Task.Delay(20, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        watchdog.StandardInput.Close();
        await watchdog.WaitForExitAsync();
        watchdog.Dispose();
    }

    // Where a measurement waits for the disk, it must be one.
    static string ParentFor(string[] settings) =>
        settings.Contains(NoDisk) && Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace >= Room ? Memory : Path.GetTempPath();

    async Task<bool> AnswersAsync() => await StartedAtAsync() is not null;

    // Null: it takes no connections.
    async Task<DateTime?> StartedAtAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
            await connection.OpenAsync();
            await using var asked = new NpgsqlCommand("SELECT pg_postmaster_start_time()", connection);
            return (DateTime?)await asked.ExecuteScalarAsync();
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }
}
