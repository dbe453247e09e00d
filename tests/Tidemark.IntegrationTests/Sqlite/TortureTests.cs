using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Tidemark.Sqlite.Files;
using Tidemark.Storage.Presence;
using Tidemark.Sqlite.Writing;
using Tidemark.TortureHost;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

/// <summary>Real processes, real signals. The long version: <c>Tidemark.TortureHost supervise --folder PATH --seconds 1800</c>.</summary>
public sealed class TortureTests(ITestOutputHelper output) : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Eight_processes_killed_and_stopped_at_random_lose_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var supervisor = Start("supervise", "--seconds", "20", "--seed", Random.Shared.Next(1_000_000).ToString());
        var report = await supervisor.StandardOutput.ReadToEndAsync(Ending);
        await supervisor.WaitForExitAsync(Ending);
        output.WriteLine(report);
        Assert.True(supervisor.ExitCode == 0, report);
        Assert.Contains("control (one acknowledged row taken away): seen", report);
        Assert.DoesNotContain(" 0 kills", report);
    }

    [Fact]
    public void The_checker_sees_each_kind_of_fault()
    {
        long[] attempted = [1, 2, 3, 4], acknowledged = [1, 2], refused = [4];
        Assert.Empty(Checker.Compare([1, 2, 3], attempted, acknowledged, refused));
        Assert.StartsWith("lost", Assert.Single(Checker.Compare([1, 3], attempted, acknowledged, refused)));
        Assert.StartsWith("unexpected", Assert.Single(Checker.Compare([1, 2, 9], attempted, acknowledged, refused)));
        Assert.StartsWith("back again", Assert.Single(Checker.Compare([1, 2, 4], attempted, acknowledged, refused)));
        Assert.StartsWith("there more than once", Assert.Single(Checker.Compare([1, 2, 2], attempted, acknowledged, refused)));
    }

    [Fact]
    public async Task A_process_stopped_inside_the_gate_blocks_the_others_writes_and_not_their_beats()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var holder = Start("hold");
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(Ending));
        Native.Send(holder.Id, Native.Stop);

        using var file = TortureStore.Open(_folder.Path);
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        var presence = PresenceFile.Create(new PresenceDirectory(file.PresencePath), worker: 1, slots: 1, places: 1);
        var write = writer.RunAsync(new InsertRow(RowKey.Of(1, 1, 1)), Ending).AsTask();
        var beats = new HashSet<long>();
        while (beats.Count < 20)
        {
            presence.Beat(WorkerPhase.Running);
            var seen = PresenceReader.Read(presence.Path)!;
            Assert.True(seen.IsAlive);
            beats.Add(seen.Beat);
        }

        Assert.True(SpinWait.SpinUntil(() => file.Gate.WaitingSince > 0, TimeSpan.FromSeconds(30)));
        Assert.False(write.IsCompleted);
        Native.Send(holder.Id, Native.Continue);
        await holder.StandardInput.WriteLineAsync();
        Assert.True(await write);
        Assert.Equal("released", await holder.StandardOutput.ReadLineAsync(Ending));
        presence.Retire();
    }

    [Fact]
    public async Task A_process_killed_inside_the_gate_frees_it_and_its_transaction_is_gone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var holder = Start("hold");
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(Ending));
        using var file = TortureStore.Open(_folder.Path);
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        var write = writer.RunAsync(new InsertRow(RowKey.Of(1, 1, 1)), Ending).AsTask();
        Assert.True(SpinWait.SpinUntil(() => file.Gate.WaitingSince > 0, TimeSpan.FromSeconds(30)));
        holder.Kill();
        Assert.True(await write);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_process_killed_between_two_migrations_is_followed_by_one_that_does_the_rest(int killAfter)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var killed = Start("migrate", "--kill-after", killAfter.ToString());
        await killed.WaitForExitAsync(Ending);
        Assert.Equal(128 + Native.Kill, killed.ExitCode);
        using (var stranger = new SqliteConnection($"Data Source={TortureStore.Database(_folder.Path)};Pooling=False"))
        {
            stranger.Open();
            Assert.Equal(killAfter, Pragma.Number(stranger.Handle!, "user_version"));
        }

        using var next = Start("migrate");
        await next.WaitForExitAsync(Ending);
        Assert.Equal(0, next.ExitCode);
        using var after = new SqliteConnection($"Data Source={TortureStore.Database(_folder.Path)};Pooling=False");
        after.Open();
        Assert.Equal(MigrationMode.Steps, Pragma.Number(after.Handle!, "user_version"));
    }

    private Process Start(string mode, params string[] arguments)
    {
        var host = Path.Combine(AppContext.BaseDirectory, "Tidemark.TortureHost");
        return Process.Start(new ProcessStartInfo(host, [mode, "--folder", _folder.Path, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        })!;
    }
}
