using System.Text.Json;
using Tidemark.Cli;
using Tidemark.IntegrationTests.Cli.Spawning;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>What an operator asks and does at a store that others work on.</summary>
public sealed class OperatorTests
{
    static readonly string[] Failing = ["run", "-n", "bad", "--in", "in.txt", "--retries", "0", "--", "sh", "-c", "test {} -ne 2 || { echo broken >&2; exit 7; }"];

    [Fact]
    public async Task What_was_set_aside_is_listed_replayed_by_the_same_run_and_then_gone()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1", "2", "3"]);
        await host.RunAsync(Failing);

        var listed = await host.RunAsync("quarantine", "list", "1");
        var replay = await host.RunAsync("quarantine", "replay", "1");
        var why = await host.RunAsync("doctor", "2");
        var again = await host.RunAsync("run", "-n", "bad", "--in", "in.txt", "--", "echo", "{}");
        var empty = await host.RunAsync("quarantine", "list", "--json");

        Assert.Contains("line 2: exit 7: broken", listed.Output[1], StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, replay.Code);
        Assert.Contains("run the same command line again", string.Join('\n', why.Output), StringComparison.Ordinal);
        Assert.Equal(["2"], again.Output);
        Assert.Equal(ExitCode.Done, again.Code);
        Assert.Empty(empty.Output);
    }

    [Fact]
    public async Task Dropped_items_no_longer_count_against_the_run()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1", "2", "3"]);
        var failed = await host.RunAsync(Failing);

        var dropped = await host.RunAsync("quarantine", "drop", "1");
        var again = await host.RunAsync(Failing);

        Assert.Equal((ExitCode.Unfinished, ExitCode.Done, ExitCode.Done), (failed.Code, dropped.Code, again.Code));
    }

    [Fact]
    public async Task Every_start_after_a_failure_says_what_is_true_of_the_line_set_aside()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1", "2", "3"]);
        await host.RunAsync(Failing);

        var aside = await host.RunAsync(Failing);
        await host.RunAsync("quarantine", "replay", "1");
        var replayed = await host.RunAsync(Failing);
        await host.RunAsync("quarantine", "replay", "1");
        var dropped = await host.RunAsync("quarantine", "drop", "1");
        var after = await host.RunAsync(Failing);

        Assert.Contains("of 3 lines in in.txt 2 done, 1 in quarantine; nothing new to run.", aside.Talk, StringComparison.Ordinal);
        Assert.Contains("2 done; 1 taken out of quarantine runs again.", replayed.Talk, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing new", replayed.Talk, StringComparison.Ordinal);
        Assert.Contains("is withdrawn", dropped.Talk, StringComparison.Ordinal);
        Assert.Contains("2 done, 1 given up; nothing new to run.", after.Talk, StringComparison.Ordinal);
        Assert.Contains("finished, 2 done, 1 given up.", after.Talk, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Unfinished, ExitCode.Done), (replayed.Code, after.Code));
    }

    [Fact]
    public async Task Jobs_are_found_by_one_state_or_several()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1"]);
        await host.RunAsync("run", "-n", "parked", "--in", "in.txt", "--", "sh", "-c", "exit 75");
        await host.RunAsync("run", "-n", "failed", "--in", "in.txt", "--retries", "0", "--max-failed", "0", "--", "false", "{}");
        await host.RunAsync("run", "-n", "done", "--in", "in.txt", "--", "true", "{}");

        async Task<string[]> NamesAsync(params string[] options) => [.. (await host.RunAsync(["jobs", "--json", .. options])).Output
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("name").GetString()!).Order(StringComparer.Ordinal)];

        Assert.Equal(["run:failed", "run:parked"], await NamesAsync("--state", "parked,failed"));
        Assert.Equal(["run:failed", "run:parked"], await NamesAsync("--state", "parked", "--state", "Failed"));
        Assert.Equal(["run:done"], await NamesAsync("--state", "succeeded"));
        Assert.Equal(ExitCode.Usage, (await host.RunAsync("jobs", "--state", "3")).Code);
    }

    [Fact]
    public async Task A_queue_that_nobody_knows_is_not_found()
    {
        using var host = new CliHost();
        await host.RunAsync("run", "--in", host.Write("in.txt", ["1"]), "--", "true", "{}");

        var typo = await host.RunAsync("queue", "pause", "runn");
        var known = await host.RunAsync("queue", "pause", "run");

        Assert.Equal((ExitCode.NotFound, ExitCode.Done), (typo.Code, known.Code));
        Assert.Contains("Queues that it knows: run.", typo.Talk, StringComparison.Ordinal);
        Assert.DoesNotContain("runn", string.Join('\n', (await host.RunAsync("queue", "list")).Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_job_shows_what_it_has_done_before_its_first_checkpoint()
    {
        using var host = new CliHost();
        host.Write("in.txt", Enumerable.Range(1, 40).Select(number => $"{number}"));
        var run = host.Start("run", "-n", "slow", "--in", "in.txt", "--resume-cost", "40items", "--", "sh", "-c", "test {} -le 3 || sleep 600; echo {}");
        Assert.True(await run.WroteAsync(3));
        await Eventually.Is(() => Shown().Contains("this attempt:", StringComparison.Ordinal), "the gauge");

        var shown = Shown();

        Assert.Contains("total:        40", shown, StringComparison.Ordinal);
        Assert.Matches("this attempt: [23] settled", shown);
        Assert.Matches("stop now:     redo at most [345] items", shown);

        string Shown() => string.Join('\n', host.RunAsync("job", "show", "1").GetAwaiter().GetResult().Output);
    }

    [Fact]
    public async Task A_running_run_is_parked_by_its_number_and_goes_on_with_the_same_command()
    {
        using var host = new CliHost();
        host.Write("in.txt", Enumerable.Range(1, 500).Select(number => $"{number}"));
        var run = host.Start("run", "-n", "long", "--in", "in.txt", "--", "sh", "-c", "echo {}; sleep 0.05");
        Assert.True(await run.WroteAsync(3));

        var parked = await host.RunAsync("job", "park", "1", "--reason", "the disk is full");
        var stopped = await run.EndAsync();
        var jobs = await host.RunAsync("jobs", "--json");
        var why = await host.RunAsync("doctor", "1");
        var rest = await host.RunAsync("run", "-n", "long", "--in", "in.txt", "-j", "8", "--", "echo", "{}");

        Assert.Equal((ExitCode.Done, ExitCode.Resumable, ExitCode.Done), (parked.Code, stopped.Code, rest.Code));
        using var job = JsonDocument.Parse(Assert.Single(jobs.Output));
        Assert.Equal(("parked", "the disk is full"), (job.RootElement.GetProperty("state").GetString(), job.RootElement.GetProperty("reason").GetString()));
        Assert.Contains("tidemark job wake 1", string.Join('\n', why.Output), StringComparison.Ordinal);
        Assert.Equal(500, stopped.Output.Concat(rest.Output).Distinct().Count());
        Assert.Equal(500, stopped.Output.Length + rest.Output.Length);
    }

    [Theory]
    [InlineData("jobs")]
    [InlineData("job", "show", "1")]
    [InlineData("doctor")]
    public async Task Asking_a_store_that_is_not_there_says_so_and_makes_none(params string[] command)
    {
        using var host = new CliHost();

        var asked = await host.RunAsync(command);

        Assert.Equal(ExitCode.NotFound, asked.Code);
        Assert.Contains("there is no store", asked.Talk, StringComparison.Ordinal);
        Assert.Empty(host.Directory.GetFileSystemInfos());
    }

    [Fact]
    public async Task A_job_that_is_not_there_is_not_found_by_any_command()
    {
        using var host = new CliHost();
        await host.RunAsync("run", "--in", host.Write("in.txt", ["1"]), "--", "true", "{}");

        foreach (var command in new string[][] { ["job", "show", "77"], ["job", "cancel", "77"], ["job", "wake", "77"], ["doctor", "77"], ["quarantine", "replay", "77"] })
        {
            var asked = await host.RunAsync(command);
            Assert.Equal(ExitCode.NotFound, asked.Code);
            Assert.Empty(asked.Output);
        }
    }
}
