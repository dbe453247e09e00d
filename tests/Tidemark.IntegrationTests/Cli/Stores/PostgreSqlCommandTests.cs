using System.Text.Json;
using Npgsql;
using Tidemark.Cli;
using Tidemark.IntegrationTests.Cli.Runs;
using Tidemark.IntegrationTests.Cli.Spawning;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Stores;

/// <summary>The command line on PostgreSQL, as a user has it.</summary>
public sealed class PostgreSqlCommandTests : IAsyncLifetime
{
    static int schemas;

    readonly string schema = $"cli_{Interlocked.Increment(ref schemas)}";
    readonly CliHost host = new();
    Server? server;

    string Keys => $"Host={server!.Folder};Username=tidemark;Database=postgres;Schema={schema}";

    string Url => $"postgresql://tidemark@/postgres?host={Uri.EscapeDataString(server!.Folder)}&schema={schema}";

    public async ValueTask InitializeAsync() => server = await SharedServer.GetAsync();

    public ValueTask DisposeAsync()
    {
        host.Dispose();
        return default;
    }

    [Fact]
    public async Task A_run_keeps_what_it_did_on_a_server_and_the_verbs_show_and_steer_it_there()
    {
        host.Write("in.txt", ["1", "2", "3"]);
        var run = await host.RunAsync("run", "--store", Url, "-n", "bad", "--in", "in.txt", "--retries", "0", "--", "sh", "-c", "echo {}; test {} -ne 2");
        Assert.Equal((ExitCode.Unfinished, "1 3"), (run.Code, string.Join(' ', run.Output)));

        Assert.Contains("bad", Assert.Single((await VerbAsync("jobs", "--json")).Output), StringComparison.Ordinal);
        Assert.Contains("\"key\"", Assert.Single((await VerbAsync("quarantine", "list", "--json")).Output), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await VerbAsync("quarantine", "replay", "1")).Code);
        var again = await host.RunAsync("run", "--store", Keys, "-n", "bad", "--in", "in.txt", "--", "echo", "{}");
        Assert.Equal((ExitCode.Done, "2"), (again.Code, string.Join(' ', again.Output)));
        Assert.Equal(ExitCode.Done, (await VerbAsync("queue", "pause", "run", "--reason", "why")).Code);
        Assert.Contains("why", string.Join(' ', (await VerbAsync("doctor")).Output), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await VerbAsync("queue", "resume", "run")).Code);
        Assert.Equal(ExitCode.NotFound, (await VerbAsync("job", "show", "4711")).Code);
        Assert.Empty(host.Directory.GetFiles("tidemark*"));
    }

    [Fact]
    public async Task A_killed_run_goes_on_where_its_last_checkpoint_was()
    {
        host.Write("in.txt", Enumerable.Range(1, 30).Select(number => $"{number}"));
        // The fifteenth waits until it may: the first run is killed on it, however long that takes.
        string[] run =
        [
            "run", "--store", Keys, "-n", "long", "--in", "in.txt", "--resume-cost", "3items", "--",
            "sh", "-c", "if [ {} = 15 ]; then touch here; n=0; while [ ! -e go ] && [ $n -lt 3000 ]; do sleep 0.05; n=$((n+1)); done; fi; echo {}",
        ];
        var killed = host.Start(run);
        Assert.True(await killed.WroteAsync(5));
        await Eventually.Is(() => File.Exists(host.PathOf("here")), "the line that waits");
        killed.Kill();
        host.Write("go", []);
        var first = await killed.EndAsync();
        var second = await host.RunAsync(run);
        Assert.Equal(ExitCode.Done, second.Code);
        Assert.Equal(Enumerable.Range(1, 30), first.Output.Concat(second.Output).Select(int.Parse).Distinct().Order());
        Assert.DoesNotContain("15", first.Output);
        Assert.InRange(first.Output.Length + second.Output.Length, 30, 33);
        Assert.Contains("crash", string.Join(' ', (await VerbAsync("job", "show", "1", "--json")).Output), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("select")]
    [InlineData("left")]
    public async Task A_schema_may_be_named_by_a_word_of_sql(string word)
    {
        host.Write("in.txt", ["1", "2"]);
        var place = $"Host={server!.Folder};Username=tidemark;Database=postgres;Schema={word}";
        var run = await host.RunAsync("run", "--store", place, "-n", "worded", "--in", "in.txt", "--", "echo", "{}");
        Assert.Equal((ExitCode.Done, "1 2"), (run.Code, string.Join(' ', run.Output)));
        Assert.Contains("Succeeded", Assert.Single((await host.RunAsync("jobs", "--json", "--store", place)).Output), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(ExitCode.Done, (await host.RunAsync("doctor", "--store", place)).Code);
    }

    [Fact]
    public async Task A_verb_on_a_schema_that_is_behind_tells_the_command_that_mends_it()
    {
        await using (var source = NpgsqlDataSource.Create(server!.ConnectionString))
        {
            var script = await host.RunAsync("schema", "script", "--for", "postgresql", "--schema", schema, "--to", "3");
            await using var apply = source.CreateCommand(string.Join('\n', script.Output));
            await apply.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        var behind = await VerbAsync("jobs");
        Assert.Contains($"schema script --for postgresql --schema {schema} --from 3", behind.Talk, StringComparison.Ordinal);
        Assert.Contains("tidemark run", behind.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verb_makes_no_store()
    {
        var none = await VerbAsync("jobs");
        Assert.Equal(ExitCode.NotFound, none.Code);
        Assert.Contains($"there is no store PostgreSQL at {server!.Folder} database postgres schema {schema}", none.Talk, StringComparison.Ordinal);
        await using var connection = NpgsqlDataSource.Create(server.ConnectionString);
        await using var found = connection.CreateCommand($"SELECT to_regnamespace('{schema}') IS NULL");
        Assert.Equal(true, await found.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Doctor_tells_what_the_server_s_settings_cost()
    {
        host.Write("in.txt", ["1"]);
        await host.RunAsync("run", "--store", Keys, "--in", "in.txt", "--", "true", "{}");
        var doctor = await VerbAsync("doctor", "--json");
        Assert.Equal(ExitCode.Done, doctor.Code);
        var objects = doctor.Output.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var store = objects.Single(one => one.GetProperty("type").GetString() == "store");
        Assert.StartsWith("PostgreSQL 1", store.GetProperty("kind").GetString(), StringComparison.Ordinal);
        Assert.Equal(("PowerLoss", true), (store.GetProperty("durability").GetString(), store.GetProperty("writable").GetBoolean()));
        Assert.Subset(CommandLinePageTests.DocumentedObjects()["store"], store.EnumerateObject().Select(field => field.Name).ToHashSet(StringComparer.Ordinal));
        // The tests' server does not wait for the disk.
        string[] findings = [.. objects.Where(one => one.GetProperty("type").GetString() == "finding").Select(one => one.GetProperty("finding").GetString()!)];
        Assert.Equal(["fsync off", "full_page_writes off"], findings.Take(2));
        Assert.DoesNotContain("no partition for tomorrow", findings);
    }

    Task<CliEnding> VerbAsync(params string[] arguments) => host.RunAsync([.. arguments, "--store", Keys]);
}
