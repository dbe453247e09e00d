using System.Diagnostics;
using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>The sample of jobs and rows in one transaction, as a reader runs it.</summary>
public sealed class TransactionsSampleTests
{
    [Fact]
    public async Task Each_way_of_writing_writes_everything_once()
    {
        var server = await SharedServer.GetAsync();
        await using (var source = NpgsqlDataSource.Create(server.ConnectionString))
        {
            await using var make = source.CreateCommand("CREATE DATABASE transactions_sample");
            await make.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        var shop = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "transactions_sample" };
        using var sample = Process.Start(new ProcessStartInfo(Program(), [shop.ConnectionString]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        string told;
        try
        {
            told = await sample.StandardOutput.ReadToEndAsync(limit.Token);
            await sample.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!sample.HasExited) sample.Kill(entireProcessTree: true);
        }
        Assert.Equal(
            ["sql: 1 order, shipped 1 time; 250 prices, written 250 times", "dapper: 1 order, shipped 1 time; 250 prices, written 250 times", "ef: 1 order, shipped 1 time; 250 prices, written 250 times"],
            told.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, sample.ExitCode);
    }

    // Where it was built, beside these tests, in the same configuration.
    static string Program()
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory); // bin/CONFIGURATION/FRAMEWORK
        var root = built;
        while (!Directory.Exists(Path.Combine(root.FullName, "samples"))) root = root.Parent!;
        return Path.Combine(root.FullName, "samples", "Transactions", "bin", built.Parent!.Name, built.Name, "Transactions");
    }
}
