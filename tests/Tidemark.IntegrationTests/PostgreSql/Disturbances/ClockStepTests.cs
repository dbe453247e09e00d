using System.Globalization;
using Npgsql;
using Tidemark.IntegrationTests.Crash;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.Disturbances;

/// <summary>
/// The server's clock is set an hour forwards and back under load. A step forwards makes every lease look expired, and what is taken away by it is fenced
/// off; after a step back, what is due at once still is.
/// </summary>
public sealed class ClockStepTests(ITestOutputHelper output) : IDisposable
{
    static readonly int Rounds = CrashTime.Choose(brief: 1, full: 10);

    // The server's user reads it.
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-clock-");

    string Clock => Path.Combine(folder.FullName, "clock");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task No_job_is_lost_or_done_twice_and_none_waits_for_the_clock_to_come_back()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a library that is loaded before libc.");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder.FullName, File.GetUnixFileMode(folder.FullName) | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
        await File.WriteAllTextAsync(Clock, "+0\n", TestContext.Current.CancellationToken);
        await using var server = await Server.StartInAsync(Stepped, "fsync=off", "shared_buffers=32MB");
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var load = await Load.StartAsync(source, "stepped");
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var hours in new[] { 1, -1, 0 })
            {
                await load.InFullSwingAsync();
                await StepAsync(source, hours);
            }
        }
        await load.InFullSwingAsync();
        var accepted = await load.EndAsync();
        Assert.Equal(Enumerable.Range(0, accepted), await load.SucceededAsync());
        Assert.Equal(Enumerable.Range(0, accepted), await load.EffectsAsync());
        Assert.Empty(await load.RestAsync());
        output.WriteLine($"{accepted} jobs through {Rounds} times an hour forwards, two back, one forwards");
    }

    Dictionary<string, string> Stepped => new()
    {
        ["LD_PRELOAD"] = SteppedClock.FindLibrary(),
        ["FAKETIME_TIMESTAMP_FILE"] = Clock,
        ["FAKETIME_CACHE_DURATION"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
    };

    // Each process of the server looks at the file once a second.
    async Task StepAsync(NpgsqlDataSource source, int hours)
    {
        await File.WriteAllTextAsync(Clock, string.Create(CultureInfo.InvariantCulture, $"{hours * 3_600:+0;-0;+0}\n"), TestContext.Current.CancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(CrashTime.Longest);
        while (Math.Abs((await TellAsync(source) - DateTime.UtcNow).TotalHours - hours) > 0.5) await Task.Delay(50, limit.Token);
    }

    static async Task<DateTime> TellAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("SELECT clock_timestamp()");
        return (DateTime)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
