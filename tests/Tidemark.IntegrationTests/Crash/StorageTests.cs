using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Tidemark.IntegrationTests.Sqlite;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>What may be done to the file under a running service: it says so, and what it has accepted is not lost in silence.</summary>
public sealed class StorageTests : IDisposable
{
    static readonly JobKey<int> Count = new("count");

    readonly StoreFolder folder = new();
    readonly ConcurrentDictionary<int, int> ran = new();

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_file_that_is_replaced_under_a_service_accepts_nothing_more_until_it_is_back()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A file in use cannot be moved there.");
        using var host = await StartAsync();
        await DoneAsync(host, 1);
        File.Move(folder.Database, folder.Database + ".aside");
        await File.WriteAllBytesAsync(folder.Database, [], Ending);

        var refused = await Assert.ThrowsAsync<StoreException>(() => JobsOf(host).EnqueueAsync(Count, 2, cancellationToken: Ending));
        Assert.Contains("moved, replaced or deleted", refused.Message, StringComparison.Ordinal);
        await HealthAsync(host, HealthStatus.Unhealthy, "moved, replaced or deleted");
        File.Move(folder.Database + ".aside", folder.Database, overwrite: true);
        await HealthAsync(host, HealthStatus.Healthy, "");
        await DoneAsync(host, 3);
        await host.StopAsync(Ending);
        Assert.Equal([1, 3], ran.Keys.Order());
    }

    [Fact]
    public async Task A_user_transaction_on_a_file_that_was_deleted_does_not_commit()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A file in use cannot be deleted there.");
        using var host = await StartAsync();
        await DoneAsync(host, 1);
        await using var transaction = await host.Services.GetRequiredService<Tidemark.Sqlite.TidemarkSqlite>().BeginAsync(Ending);
        await JobsOf(host).EnqueueAsync(Count, 2, new() { Transaction = transaction.Transaction }, Ending);
        File.Delete(folder.Database);
        var refused = await Assert.ThrowsAsync<StoreException>(transaction.CommitAsync);
        Assert.Contains("moved, replaced or deleted", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_WAL_that_is_deleted_under_a_service_is_missed_at_the_next_write()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A file in use cannot be deleted there.");
        using var host = await StartAsync();
        await DoneAsync(host, 1);
        File.Move(folder.Database + "-wal", folder.Database + "-wal.aside");
        var refused = await Assert.ThrowsAsync<StoreException>(() => JobsOf(host).EnqueueAsync(Count, 2, cancellationToken: Ending));
        Assert.Contains("moved, replaced or deleted", refused.Message, StringComparison.Ordinal);
        File.Move(folder.Database + "-wal.aside", folder.Database + "-wal");
        await HealthAsync(host, HealthStatus.Healthy, "");
        await DoneAsync(host, 3);
        await host.StopAsync(Ending);
    }

    [Fact]
    public async Task A_file_that_is_made_read_only_under_a_service_and_back_loses_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs chattr.");
        using var host = await StartAsync();
        await DoneAsync(host, 1);
        var answer = Run("chattr", "+i", folder.Database, folder.Database + "-wal");
        Assert.SkipUnless(answer is null, $"Needs a file system with immutable files, and the right to make them: {answer}");
        StoreException refused;
        try
        {
            refused = await Assert.ThrowsAsync<StoreException>(() => JobsOf(host).EnqueueAsync(Count, 2, cancellationToken: Ending));
            await HealthAsync(host, HealthStatus.Unhealthy, "could not do it");
        }
        finally
        {
            Assert.Null(Run("chattr", "-i", folder.Database, folder.Database + "-wal"));
        }
        Assert.Contains(folder.Database, refused.Message, StringComparison.Ordinal);
        await HealthAsync(host, HealthStatus.Healthy, "");
        await DoneAsync(host, 3);
        await host.StopAsync(Ending);
        Assert.DoesNotContain(2, ran.Keys.Where(_ => !refused.OutcomeUnknown));
        Assert.All(ran.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task A_file_with_damaged_pages_is_told_of_and_not_written_any_more()
    {
        using (var before = await StartAsync())
        {
            await DoneAsync(before, 1);
            await before.StopAsync(Ending);
        }
        Damage("dedup");

        using var host = await StartAsync();
        await DoneAsync(host, 2);
        var refused = await Assert.ThrowsAsync<StoreException>(() => JobsOf(host).EnqueueAsync(Count, 3, new() { Dedup = Dedup.Key("three").ForEver() }, Ending));
        Assert.Contains(".recover", refused.Message, StringComparison.Ordinal);
        await HealthAsync(host, HealthStatus.Unhealthy, ".recover");

        // It stays so: a write that happens to touch no damaged page proves nothing. Of what may pass the store makes a new try every second.
        for (var since = Stopwatch.StartNew(); since.Elapsed < TimeSpan.FromSeconds(2.5); await Task.Delay(100, Ending))
        {
            await Assert.ThrowsAsync<StoreException>(() => JobsOf(host).PauseQueueAsync("any", cancellationToken: Ending));
            var health = await HealthAsync(host);
            Assert.True(health.Status == HealthStatus.Unhealthy && health.Description!.Contains(".recover", StringComparison.Ordinal), $"{health.Status}: {health.Description}");
        }
    }

    [Fact]
    public async Task A_presence_folder_that_is_deleted_under_a_service_costs_the_attempts_that_ran_and_no_more()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A file in use cannot be deleted there.");
        var entered = new SemaphoreSlim(0);
        using var host = Service(async (number, token) =>
        {
            entered.Release();
            if (ran.AddOrUpdate(number, 1, (_, times) => times + 1) == 1) await Task.Delay(Timeout.Infinite, token);
        });
        await host.StartAsync(Ending);
        var (id, _) = await JobsOf(host).EnqueueAsync(Count, 1, cancellationToken: Ending);
        Assert.True(await entered.WaitAsync(CrashTime.Longest, Ending));
        Directory.Delete(folder.Database + "-presence", recursive: true);
        var end = await JobsOf(host).WaitAsync(id, Ending).WaitAsync(CrashTime.Longest, Ending);
        Assert.Equal((JobState.Succeeded, 2), (end.State, ran[1]));
        await HealthAsync(host, HealthStatus.Healthy, "");
        await host.StopAsync(Ending);
    }

    // One table's root page: nothing else of the file is touched, so that all but those who need it could go on.
    void Damage(string table)
    {
        const int Page = 4096;
        long root;
        using (var stranger = folder.OpenAsStranger())
        {
            using var command = stranger.CreateCommand();
            command.CommandText = $"PRAGMA wal_checkpoint(TRUNCATE); SELECT rootpage FROM sqlite_schema WHERE name = '{table}'";
            using var reader = command.ExecuteReader();
            Assert.True(reader.NextResult() && reader.Read());
            root = reader.GetInt64(0);
        }
        using var file = new FileStream(folder.Database, FileMode.Open, FileAccess.ReadWrite);
        file.Position = (root - 1) * Page;
        file.Write(Enumerable.Repeat((byte)0xAB, 64).ToArray());
    }

    async Task<IHost> StartAsync()
    {
        var host = Service();
        await host.StartAsync(Ending);
        return host;
    }

    IHost Service(Func<int, CancellationToken, Task>? handle = null)
    {
        handle ??= (number, _) => Task.FromResult(ran.AddOrUpdate(number, 1, (_, times) => times + 1));
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddHealthChecks().AddCheck<TidemarkHealthCheck>("tidemark");
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UseSqlite(folder.Database);
            tidemark.AddJob(Count).HandledBy((int number, CancellationToken token) => handle(number, token));
        });
        return builder.Build();
    }

    static IJobClient JobsOf(IHost host) => host.Services.GetRequiredService<IJobClient>();

    static async Task DoneAsync(IHost host, int number)
    {
        var (id, _) = await JobsOf(host).EnqueueAsync(Count, number, cancellationToken: Ending);
        Assert.Equal(JobState.Succeeded, (await JobsOf(host).WaitAsync(id, Ending).WaitAsync(CrashTime.Longest, Ending)).State);
    }

    static async Task HealthAsync(IHost host, HealthStatus status, string saying)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            var health = await HealthAsync(host);
            if (health.Status == status && (health.Description ?? "").Contains(saying, StringComparison.Ordinal)) return;
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(30), $"Health is {health.Status}: {health.Description}");
            await Task.Delay(20, Ending);
        }
    }

    static async Task<HealthReportEntry> HealthAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Ending)).Entries["tidemark"];

    // Null if it went well.
    static string? Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : errors.Trim();
    }
}
