using Npgsql;
using Tidemark.Cli;
using Tidemark.IntegrationTests.Cli.Runs;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Stores;

/// <summary>A server that goes away under a run.</summary>
public sealed class ServerOutageTests
{
    const string BeatFailed = "A beat could not be given";
    const int Lines = 60;

    [Fact]
    public async Task A_run_goes_on_by_itself_once_its_server_answers_again()
    {
        using var host = new CliHost();
        await using var server = await Server.StartAsync("fsync=off");
        // The fortieth waits until all is over, however long that takes.
        var run = host.Start(Run(host, server, "test {} != 40 || until test -e go; do sleep 0.05; done; echo {}"));
        Assert.True(await run.WroteAsync(5));

        await server.KeepAsync(); // it is away for as long as its data are copied
        Assert.True(await run.SaidAsync(BeatFailed));
        await server.KeepAsync();
        host.Write("go", []);
        var ending = await run.EndAsync();

        Assert.Equal(ExitCode.Done, ending.Code);
        Assert.Equal(Enumerable.Range(1, Lines), ending.Output.Select(int.Parse).Order());
        Assert.Contains($"long: finished, {Lines} done.", ending.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_server_stays_away_is_aborted_by_a_second_signal()
    {
        using var host = new CliHost();
        var server = await Server.StartAsync("fsync=off");
        var run = host.Start(Run(host, server, "echo {}; sleep 0.05"));
        Assert.True(await run.WroteAsync(5));

        await server.DisposeAsync();
        Assert.True(await run.SaidAsync(BeatFailed));
        run.Drain();
        Assert.True(await run.SaidAsync("long stopping"));
        run.Signal(CliHost.Interrupt);
        var aborted = await run.EndAsync();

        Assert.Equal(ExitCode.AbortedByInterrupt, aborted.Code);
        Assert.Contains("long: aborted at", aborted.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_schema_is_dropped_under_it_ends_with_a_fault_and_waits_for_nobody()
    {
        using var host = new CliHost();
        await using var server = await Server.StartAsync("fsync=off");
        var run = host.Start(Run(host, server, "echo {}; sleep 0.05"));
        Assert.True(await run.WroteAsync(5));

        await using (var source = NpgsqlDataSource.Create(server.ConnectionString))
        await using (var drop = source.CreateCommand("DROP SCHEMA tidemark CASCADE")) await drop.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var ending = await run.EndAsync();

        Assert.Equal(ExitCode.Internal, ending.Code);
        Assert.Contains("tidemark.", ending.Talk, StringComparison.Ordinal);
    }

    static string[] Run(CliHost host, Server server, string script) =>
    [
        "run", "--store", $"Host={server.Folder};Username=tidemark;Database=postgres", "-n", "long",
        "--in", host.Write("in.txt", Enumerable.Range(1, Lines).Select(number => $"{number}")), "--retries", "0", "--", "sh", "-c", script,
    ];
}
