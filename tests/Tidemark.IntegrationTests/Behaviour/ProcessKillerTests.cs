using System.Diagnostics;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.TortureHost;
using Xunit;

namespace Tidemark.IntegrationTests.Behaviour;

/// <summary>A handler that takes its process with it, in real processes.</summary>
public sealed class ProcessKillerTests : IDisposable
{
    const int MostProcesses = 8;
    readonly StoreFolder folder = new();
    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_item_that_kills_its_process_is_quarantined_the_others_are_done_and_no_neighbour_is_charged()
    {
        await using var client = await StartedEngine.StartAsync(folder);
        var (neighbour, _) = await client.Jobs.EnqueueAsync(KillerMode.Neighbour, "", cancellationToken: Token);
        var (killer, _) = await client.Jobs.EnqueueAsync(KillerMode.Killer, 10, cancellationToken: Token);
        var died = 0;
        while (await RunAsync() != 0) Assert.InRange(++died, 1, MostProcesses);

        var job = await client.ReadAsync(killer);
        Assert.Equal((JobState.Succeeded, 9, 1), (job.Job.State, (int)job.Streams[0].Counters.Done, (int)job.Streams[0].Counters.Quarantined));
        var item = Assert.Single(await client.Jobs.QuarantinedAsync(killer, Token).ToListAsync(Token));
        Assert.Equal($"{KillerMode.Item}", item.Key);
        Assert.Contains("alone was in flight", item.Error, StringComparison.Ordinal);
        Assert.Equal(3, died); // once in company, twice alone

        var other = await client.ReadAsync(neighbour);
        Assert.Equal((JobState.Succeeded, 0, 0), (other.Job.State, other.Job.Crashes, other.Job.Failures));
        Assert.All(job.Interruptions, line => Assert.Equal((true, 1L), (line.What.Exact, line.What.CostItems))); // the item in flight, and nothing else
    }

    async Task<int> RunAsync()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Tidemark.TortureHost")) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "killer", "--folder", folder.Path }) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(Token);
        var told = await error + await output;
        Assert.True(process.ExitCode is 0 || told.Contains(KillerMode.Words, StringComparison.Ordinal), told);
        return process.ExitCode;
    }
}
