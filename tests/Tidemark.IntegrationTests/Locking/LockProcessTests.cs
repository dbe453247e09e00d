using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.TortureHost;
using Xunit;

namespace Tidemark.IntegrationTests.Locking;

/// <summary>Real processes that want one lock, killed and stopped while they have it.</summary>
public sealed class LockProcessTests : IDisposable
{
    readonly StoreFolder folder = new();
    readonly List<Process> processes = [];

    public LockProcessTests() => OnResource("CREATE TABLE counter (value INTEGER, token INTEGER); INSERT INTO counter VALUES (0, 0)");

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var process in processes)
        {
            process.Kill();
            process.Dispose();
        }
        folder.Dispose();
    }

    [Fact]
    public async Task The_lock_of_a_killed_process_goes_to_the_next()
    {
        var (first, one) = await HolderAsync("--lease-ms", "15000");
        var second = Start("--lease-ms", "15000");
        first.Kill();
        var two = await TokenAsync(second); // at once: its end is seen, its lease is not waited for
        Assert.True(two > one, $"{two} after {one}");
        await AssertSaysAsync(second, "accepted");
        await LeaveAsync(second);
    }

    [Fact]
    public async Task A_process_stopped_past_its_lease_is_told_when_it_comes_back_and_the_resource_refuses_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        var (first, one) = await HolderAsync("--lease-ms", "600");
        await AssertSaysAsync(first, "accepted");
        var second = Start("--lease-ms", "15000");
        Native.Send(first.Id, Native.Stop);
        var two = await TokenAsync(second);
        Assert.True(two > one, $"{two} after {one}");
        await AssertSaysAsync(second, "accepted");
        await first.StandardInput.WriteLineAsync("write"); // it is on its way while the process stands still
        Native.Send(first.Id, Native.Continue);
        string[] said = [await LineAsync(first), await LineAsync(first)];
        Assert.Equal(["lost", "refused"], said.Order());
        await LeaveAsync(first);
        await LeaveAsync(second);
        Assert.Equal(2L, OnResource("SELECT value FROM counter"));
    }

    Process Start(params string[] options)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Tidemark.TortureHost"), ["lock", "--folder", folder.Path, .. options])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        processes.Add(Process.Start(start)!);
        return processes[^1];
    }

    async Task<(Process Process, long Token)> HolderAsync(params string[] options)
    {
        var process = Start(options);
        return (process, await TokenAsync(process));
    }

    static async Task<long> TokenAsync(Process process)
    {
        var line = await LineAsync(process);
        Assert.StartsWith("held ", line, StringComparison.Ordinal);
        return long.Parse(line["held ".Length..], CultureInfo.InvariantCulture);
    }

    static async Task<string> LineAsync(Process process) => await process.StandardOutput.ReadLineAsync(Ending) ?? "the end";

    static async Task AssertSaysAsync(Process process, string answer)
    {
        await process.StandardInput.WriteLineAsync("write");
        Assert.Equal(answer, await LineAsync(process));
    }

    static async Task LeaveAsync(Process process)
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync(Ending);
        Assert.Equal(0, process.ExitCode);
    }

    object? OnResource(string sql)
    {
        using var connection = new SqliteConnection(LockMode.Resource(folder.Path));
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
