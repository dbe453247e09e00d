using Tidemark.Cli;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>A file of lines and a command, as a user runs them.</summary>
public sealed class RunEndToEndTests
{
    static IEnumerable<string> Numbers(int count) => Enumerable.Range(1, count).Select(number => $"{number}");

    [Fact]
    public async Task Every_line_runs_once_duplicates_each_and_the_next_run_only_what_is_new()
    {
        using var host = new CliHost();
        string[] command = ["run", "--in", host.Write("in.txt", ["a", "b", "b", "c"]), "-j", "2", "--", "echo", "{}"];

        var first = await host.RunAsync(command);
        host.Write("in.txt", ["new at the top", "a", "b", "b", "b", "c"]);
        var second = await host.RunAsync(command);
        host.Write("in.txt", ["new at the top", "a", "b", "b"]);
        var third = await host.RunAsync(command);

        Assert.Equal(["a", "b", "b", "c"], first.Output.Order());
        Assert.Equal(["b", "new at the top"], second.Output.Order());
        Assert.Contains("2 new lines", second.Talk, StringComparison.Ordinal);
        Assert.Empty(third.Output);
        Assert.Contains("2 lines that were done are no longer in", third.Talk, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Done, ExitCode.Done, ExitCode.Done), (first.Code, second.Code, third.Code));
    }

    [Fact]
    public async Task A_failing_line_is_tried_again_then_set_aside_and_the_run_says_so_by_exit_1()
    {
        using var host = new CliHost();
        string[] command =
        [
            "run", "-n", "bad", "--in", host.Write("in.txt", Numbers(5)), "--retries", "1", "--",
            "sh", "-c", "echo \"$1 $TIDEMARK_ATTEMPT\"; test $1 -ne 3 || { echo broken >&2; exit 7; }", "sh", "{}",
        ];

        var run = await host.RunAsync(command);

        Assert.Equal(ExitCode.Unfinished, run.Code);
        Assert.Equal(["1 1", "2 1", "4 1", "5 1"], run.Output.Order());
        Assert.All(["3 1", "3 2", "broken"], evidence => Assert.Contains(evidence, run.Talk, StringComparison.Ordinal));
        Assert.Contains("finished, 4 done, 1 quarantined", run.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_exits_with_the_park_code_parks_the_run_until_the_same_command_comes_again()
    {
        using var host = new CliHost();
        string[] command =
        [
            "run", "-n", "quota", "--in", host.Write("in.txt", Numbers(4)), "--",
            "sh", "-c", "if [ $1 = 3 ] && [ ! -e open ]; then echo 'used up' >&2; echo 'retry-after: 3600' >&2; exit 75; fi; echo $1", "sh", "{}",
        ];

        var parked = await host.RunAsync(command);
        await File.WriteAllTextAsync(host.PathOf("open"), "", TestContext.Current.CancellationToken);
        var resumed = await host.RunAsync(command);

        Assert.Equal((ExitCode.Resumable, ExitCode.Done), (parked.Code, resumed.Code));
        Assert.Equal(["1", "2", "3", "4"], [.. parked.Output, .. resumed.Output]);
        Assert.Contains("used up", parked.Talk, StringComparison.Ordinal);
        Assert.Contains("resumed at 2 of 4", resumed.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_input_that_has_lost_most_of_what_was_done_is_refused_until_it_is_accepted()
    {
        using var host = new CliHost();
        string[] command = ["run", "-n", "same", "--in", host.Write("in.txt", Numbers(10)), "--", "echo", "{}"];
        await host.RunAsync(command);
        host.Write("in.txt", ["x", "y", "1"]);

        var refused = await host.RunAsync(command);
        var accepted = await host.RunAsync(["run", "--yes", .. command[1..]]);
        var restarted = await host.RunAsync(["run", "--restart", .. command[1..]]);

        Assert.Equal(ExitCode.OtherInput, refused.Code);
        Assert.Empty(refused.Output);
        Assert.Contains("of 10 lines done under this name, 9 (90 %)", refused.Talk, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Done, ExitCode.Done), (accepted.Code, restarted.Code));
        Assert.Equal(["x", "y"], accepted.Output);
        Assert.Equal(["x", "y", "1"], restarted.Output);
    }

    [Fact]
    public async Task A_name_that_is_running_is_not_run_twice()
    {
        using var host = new CliHost();
        host.Write("in.txt", Numbers(200));
        var first = host.Start("run", "-n", "one", "--in", "in.txt", "--", "sh", "-c", "echo {}; sleep 0.2");
        Assert.True(await first.WroteAsync(1));

        var second = await host.RunAsync("run", "-n", "one", "--in", "in.txt", "--", "echo", "{}");
        var other = await host.RunAsync("run", "-n", "two", "--in", "in.txt", "-j", "8", "--", "echo", "{}");

        Assert.Equal(ExitCode.RunningElsewhere, second.Code);
        Assert.Empty(second.Output);
        Assert.Equal((ExitCode.Done, 200), (other.Code, other.Output.Length));
    }

    [Fact]
    public async Task A_dry_run_lists_what_would_run_and_makes_no_store()
    {
        using var host = new CliHost();

        var dry = await host.RunAsync("run", "--in", host.Write("in.txt", Numbers(3)), "--dry-run", "--", "false", "{}");

        Assert.Equal(["1", "2", "3"], dry.Output);
        Assert.Equal(ExitCode.Done, dry.Code);
        Assert.False(File.Exists(host.PathOf("tidemark.db")));
    }
}
