using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using SimReconciliation.Carrier;
using SimReconciliation.Inventory;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Xunit;

namespace Tidemark.IntegrationTests.Sample;

/// <summary>The main job as a process of its own, interrupted as users' machines interrupt it.</summary>
public sealed class SampleTests : IDisposable
{
    private const int Sims = 3_000;
    private const int Bound = 200;
    private const int Kills = 4;

    // The whole run's log is about 20 kB long without a kill, and longer with each.
    private const int LogLength = 18_000;
    private readonly ScratchDirectory data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public async Task Killed_at_random_and_started_again_it_ends_exact_and_no_kill_costs_more_than_the_bound()
    {
        string[] options = ["--sims", $"{Sims}", "--quota", "500", "--quota-window", "3s"];
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var points = Enumerable.Range(0, Kills).Select(_ => random.Next(LogLength)).Order().ToArray();
        foreach (var point in points)
        {
            using var killed = new SampleProcess(data, options);
            await killed.ReachAsync(point);
            await killed.KillAsync();
        }

        using var last = new SampleProcess(data, options);
        var (code, output, error) = await last.EndAsync();

        Assert.True(code == 0, $"seed {seed}: exit {code}\n{output}\n{error}");
        Assert.Contains($"Audit of {Sims:N0} SIMs: exact", output, StringComparison.Ordinal);
        var job = await FindAsync(new JobId(1));
        Assert.Equal((JobState.Succeeded, Sims), (job.State, job.Streams[0].Done + job.Streams[0].Quarantined));
        var crashes = job.Interruptions.Where(one => one.Cause == "Crash").ToList();
        Assert.True(crashes.Count <= Kills, $"seed {seed}: {crashes.Count} crashes in the ledger, {Kills} kills");
        Assert.All(crashes, crash => Assert.True(crash is { Exact: true, Items: >= 0 and <= Bound }, $"seed {seed}: {crash}"));
        using var inventory = SimInventory.Open(data.File(SimInventory.FileName));
        Assert.InRange(inventory.ReadAll().Sum(sim => (long)sim.Redone), 0, Kills * Bound);
    }

    [Fact]
    public async Task Told_to_stop_it_exits_75_and_nothing_is_done_again()
    {
        string[] options = ["--sims", $"{5 * Sims}", "--faults", "none"]; // far from its end when the log is half as long as that of the others
        using (var stopped = new SampleProcess(data, options))
        {
            Assert.True(await stopped.ReachAsync(LogLength / 2));
            var (code, output, error) = await stopped.TerminateAsync();
            Assert.True(code == 75, $"exit {code}\n{output}\n{error}");
            Assert.Contains("Nothing will be done again", error, StringComparison.Ordinal);
        }

        using var last = new SampleProcess(data, options);
        Assert.Equal(0, (await last.EndAsync()).Code);
        using var books = CarrierBooks.Read(data.File(CarrierBooks.FileName));
        Assert.All(books.Counts("1/reconcile")!, count => Assert.Equal(1, count));
        Assert.Equal(("Drain", 0L), (await FindAsync(new JobId(1))).Interruptions.Select(one => (one.Cause, one.Items)).Single());
    }

    [Fact]
    public async Task Started_again_after_its_end_it_does_nothing_but_the_audit()
    {
        string[] options = ["--sims", "300", "--faults", "none"];
        using (var first = new SampleProcess(data, options))
            Assert.Equal(0, (await first.EndAsync()).Code);
        var before = await File.ReadAllTextAsync(data.File(CarrierBooks.FileName), TestContext.Current.CancellationToken);

        using var again = new SampleProcess(data, options);
        var (code, output, error) = await again.EndAsync();

        Assert.True(code == 0, error);
        Assert.Contains("is done already", error, StringComparison.Ordinal);
        Assert.Contains("Audit of 300 SIMs: exact", output, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(data.File(CarrierBooks.FileName), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task On_a_server_it_is_the_same()
    {
        var server = await SharedServer.GetAsync();
        await using (var source = NpgsqlDataSource.Create(server.ConnectionString))
        {
            await using var make = source.CreateCommand("CREATE DATABASE reconciliation_sample");
            await make.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        var store = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "reconciliation_sample" }.ConnectionString;
        string[] options = ["--sims", "1000", "--faults", "none", "--store", store];
        using (var killed = new SampleProcess(data, options))
        {
            Assert.True(await killed.ReachAsync(LogLength / 6));
            await killed.KillAsync();
        }

        using var last = new SampleProcess(data, options);
        var (code, output, error) = await last.EndAsync();

        Assert.True(code == 0, $"exit {code}\n{output}\n{error}");
        Assert.Contains("Audit of 1,000 SIMs: exact", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(data.Path, "*.db"));
        using var inventory = SimInventory.OpenServer(store);
        Assert.InRange(inventory.ReadAll().Sum(sim => (long)sim.Redone), 0, Bound);
    }

    [Theory]
    [InlineData("--wrong", "'--wrong'")]
    [InlineData("--sims=-5", "--sims is -5: give 1 to")]
    [InlineData("--store=sims", "--store is not a connection of Npgsql's keys")]
    public async Task A_mistake_is_told_in_a_line_or_two_and_alone(string option, string told)
    {
        using var run = new SampleProcess(data, option);

        var (code, output, error) = await run.EndAsync();

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.DoesNotContain("--malformed", error, StringComparison.Ordinal);
        Assert.InRange(error.Trim().Split('\n').Length, 1, 2);
    }

    [Fact]
    public async Task The_help_says_what_an_option_is_if_it_is_left_out()
    {
        using var run = new SampleProcess(data, "--help");

        var (code, output, _) = await run.EndAsync();

        Assert.Equal(0, code);
        Assert.All(["(100,000)", "(1,000)", "(20s)", "(0.01)"], value => Assert.Contains(value, output, StringComparison.Ordinal));
    }

    private async Task<JobStatus> FindAsync(JobId id)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddTidemark(tidemark => tidemark.UseSqlite(data.File("tidemark.db")));
        using var host = builder.Build();
        return (await host.Services.GetRequiredService<IJobClient>().FindAsync(id))!;
    }
}
