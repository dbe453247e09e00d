using System.Text.Json;
using System.Text.RegularExpressions;
using Tidemark.Cli;
using Tidemark.IntegrationTests.Behaviour;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>What programs read: every verb speaks the same language.</summary>
public sealed partial class JsonVocabularyTests
{
    static readonly string[][] Verbs =
    [
        ["run", "-n", "dry", "--in", "in.txt", "--dry-run", "--", "true", "{}"],
        ["jobs"], ["job", "show", "1"], ["doctor"], ["doctor", "1"], ["queue", "list"], ["queue", "pause", "run"], ["queue", "pause", "nobodys"], ["queue", "resume", "run"],
        ["schedule", "pause", "hourly"], ["schedule", "list"], ["doctor"], ["schedule", "next", "hourly"], ["schedule", "resume", "hourly"], ["schedule", "trigger", "hourly"],
        ["schedule", "catch-up", "hourly", "--from", "2026-01-01"], ["schedule", "show", "hourly"], ["schedule", "pause", "nobodys"],
        ["lock", "list"], ["lock", "break", "1"], ["lock", "break", "77"],
        ["dead", "list"], ["dead", "replay", "77", "3"], ["quarantine", "list"], ["quarantine", "replay", "1"], ["quarantine", "replay", "77"], ["quarantine", "drop", "1"],
        ["job", "cancel", "1"], ["job", "retry", "1"], ["job", "park", "2"], ["job", "show", "2"], ["job", "wake", "77"], ["job", "show", "1"], ["schema", "script"],
    ];

    [Fact]
    public async Task Every_verb_writes_objects_that_say_their_type_and_a_name_means_one_kind_of_value_in_all_of_them()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1", "2", "3"]);
        var talk = (await host.RunAsync("run", "--json", "-n", "bad", "--in", "in.txt", "--retries", "0", "--", "sh", "-c", "sleep 0.1; test {} -ne 2")).Talk.Split('\n');
        await host.RunAsync("run", "-n", "parked", "--in", "in.txt", "--", "sh", "-c", "test {} = 1 || exit 75");

        await host.RunAsync("run", "-n", "dead", "--in", "in.txt", "--retries", "0", "--max-failed", "0", "--", "false", "{}");
        var living = host.Start("run", "-n", "living", "--in", "in.txt", "--", "sleep", "600");
        Assert.True(await living.SaidAsync("living running"));

        await using var service = await StartedEngine.StartAsync(host.PathOf("tidemark.db"), tidemark =>
        {
            tidemark.UseLocks();
            tidemark.AddSchedule("hourly", new JobKey<int>("purge"), 1, Every.Hours(1));
        });
        await using var held = await service.Locks.AcquireAsync("invoices", cancellationToken: TestContext.Current.CancellationToken);

        var objects = talk.Select(Parse).ToList();
        foreach (var verb in Verbs)
        {
            var ending = await host.RunAsync(["--json", .. verb]);
            Assert.True(ending.Output.Length > 0, string.Join(' ', verb) + ": " + ending.Talk);
            objects.AddRange(ending.Output.Select(Parse));
        }

        Assert.All(objects, one => Assert.Equal("type", one.EnumerateObject().First().Name));
        var kinds = new Dictionary<string, JsonValueKind>(StringComparer.Ordinal);
        foreach (var property in objects.SelectMany(one => one.EnumerateObject()))
        {
            var kind = property.Value.ValueKind == JsonValueKind.False ? JsonValueKind.True : property.Value.ValueKind;
            Assert.True(kinds.TryAdd(property.Name, kind) || kinds[property.Name] == kind, $"{property.Name} is {kinds[property.Name]} and {kind}");
            Assert.Matches("^[a-z_]+$", property.Name);
            if (kind == JsonValueKind.String) Assert.DoesNotMatch(NumberWithUnit(), property.Value.GetString()!);
        }
        var documented = CommandLinePageTests.DocumentedObjects();
        Assert.All(objects, one =>
        {
            var type = one.GetProperty("type").GetString()!;
            Assert.True(documented.ContainsKey(type), $"docs/command-line.md has no type {type}");
            Assert.Subset(documented[type], one.EnumerateObject().Select(property => property.Name).ToHashSet(StringComparer.Ordinal));
        });
        string[] expected =
        [
            "message", "state", "end", "line", "dry_run", "job", "stream", "interruption", "audit", "store", "worker", "finding", "queue", "lock", "schedule", "occurrence", "next", "action", "quarantined", "migration",
        ];
        Assert.Empty(expected.Except(objects.Select(one => one.GetProperty("type").GetString()!)));
    }

    [Fact]
    public async Task What_was_done_is_told_with_the_numbers_that_the_next_command_needs()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1", "2"]);
        await host.RunAsync("run", "-n", "bad", "--in", "in.txt", "--retries", "0", "--", "sh", "-c", "test {} = 1");

        var replay = Parse(Assert.Single((await host.RunAsync("quarantine", "replay", "1", "--json")).Output));
        var cancel = Parse(Assert.Single((await host.RunAsync("job", "cancel", "2", "--json")).Output));
        var again = Parse(Assert.Single((await host.RunAsync("job", "cancel", "2", "--json")).Output));

        Assert.Equal(("replay", "done", 1, 2), (
            replay.GetProperty("action").GetString(), replay.GetProperty("outcome").GetString(), replay.GetProperty("items").GetInt32(), replay.GetProperty("visits")[0].GetInt32()));
        Assert.Equal(("done", "refused"), (cancel.GetProperty("outcome").GetString(), again.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task A_line_that_no_command_can_be_given_is_listed_without_a_stack()
    {
        using var host = new CliHost();

        await host.ShellAsync("printf 'a\\000b\\n' > in; $TIDEMARK run --in in -- true {}");
        var item = Parse(Assert.Single((await host.RunAsync("quarantine", "list", "--json")).Output));

        Assert.Contains("line 1", item.GetProperty("details").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", item.GetProperty("details").GetString(), StringComparison.Ordinal);
    }

    static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;

    [GeneratedRegex(@"^[\d.]+ ?(s|ms|m|h|items?|bytes|/s)$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex NumberWithUnit();
}
