using Tidemark.Cli;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>Runs that need a person, and stores that are none.</summary>
public sealed class RunFailureTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("10%")]
    public async Task Too_many_failures_fail_the_run_which_names_the_option_and_goes_on_once_it_is_raised(string most)
    {
        using var host = new CliHost();
        host.Write("in.txt", Enumerable.Range(1, 10).Select(number => $"{number}"));
        string[] command = ["--in", "in.txt", "--quarantine-after", "1", "--", "sh", "-c", "test {} -gt 3 && echo {}"];

        var failed = await host.RunAsync(["run", "-n", "many", "--max-failed", most, .. command]);
        var dead = await host.RunAsync("dead", "list");
        var shown = await host.RunAsync("job", "show", "1");
        var raised = await host.RunAsync(["run", "-n", "many", "--max-failed", "5", .. command]);

        Assert.Equal((ExitCode.Unfinished, ExitCode.Unfinished), (failed.Code, raised.Code));
        Assert.Contains("many: failed at 2 of 10", failed.Talk, StringComparison.Ordinal);
        Assert.Contains("lines are in quarantine, more than --max-failed allows (1); the last: line 2: exit 1. Mend the cause and try them again (tidemark quarantine replay 1), or raise --max-failed;", failed.Talk, StringComparison.Ordinal);
        Assert.Contains("run:many", dead.Output[1], StringComparison.Ordinal);
        Assert.Contains("more than --max-failed allows", string.Join('\n', shown.Output), StringComparison.Ordinal);
        Assert.All([failed.Talk, .. dead.Output, .. shown.Output], text => Assert.DoesNotContain("StreamOptions", text, StringComparison.Ordinal));
        Assert.Equal(7, raised.Output.Length);
        Assert.Contains("finished, 7 done, 3 quarantined", raised.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_limit_of_failures_holds_for_the_run_and_not_for_one_start_of_it()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1", "2", "3"]);
        string[] command = ["run", "-n", "kept", "--in", "in.txt", "--retries", "0", "--max-failed", "0", "--", "sh", "-c", "test {} -ne 2 && echo {}"];

        var failed = await host.RunAsync(command);
        var again = await host.RunAsync(command);
        await host.RunAsync("quarantine", "replay", "1");
        var replayed = await host.RunAsync([.. command[..^1], "echo {}"]);

        Assert.Equal((ExitCode.Unfinished, ExitCode.Unfinished, ExitCode.Done), (failed.Code, again.Code, replayed.Code));
        Assert.Empty(again.Output);
        Assert.Contains("nothing was run: 1 line is in quarantine, more than --max-failed 0 allows", again.Talk, StringComparison.Ordinal);
        Assert.Equal(["2", "3"], replayed.Output.Order());
    }

    [Fact]
    public async Task Another_command_under_the_same_name_is_told()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1"]);
        await host.RunAsync("run", "-n", "x", "--in", "in.txt", "--", "echo", "{}");

        var same = await host.RunAsync("run", "-n", "x", "--in", "in.txt", "--", "echo", "{}");
        var other = await host.RunAsync("run", "-n", "x", "--in", "in.txt", "--", "true");

        Assert.DoesNotContain("another command", same.Talk, StringComparison.Ordinal);
        Assert.Contains("x: was last run with another command: echo {}.", other.Talk, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Done, 0), (other.Code, other.Output.Length));
    }

    [Fact]
    public async Task Replayed_lines_run_first_and_new_ones_in_the_same_run()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1", "2"]);
        await host.RunAsync("run", "-n", "both", "--in", "in.txt", "--retries", "0", "--", "sh", "-c", "test {} = 1");
        await host.RunAsync("quarantine", "replay", "1");
        host.Write("in.txt", ["1", "2", "3"]);

        var run = await host.RunAsync("run", "-n", "both", "--in", "in.txt", "--", "echo", "{}");

        Assert.Equal(["2", "3"], run.Output);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("both: finished, 3 done.", run.Talk, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("printf 'not a database, but long enough to look at' > x.db", "Give the path of a Tidemark database")]
    [InlineData("mkdir x.db", "is a directory")]
    [InlineData("cp $TIDEMARK.dll x.db", "Give the path of a Tidemark database")]
    public async Task A_file_that_is_no_store_is_refused_and_left_as_it_was(string make, string remedy)
    {
        using var host = new CliHost();

        var refused = await host.ShellAsync($"{make}; echo 1 > in; ls -l x.db > before; $TIDEMARK run --store x.db --in in -- echo {{}}; code=$?; ls -l x.db | cmp - before; exit $code");

        Assert.Equal(ExitCode.Usage, refused.Code);
        Assert.Empty(refused.Output);
        Assert.DoesNotContain("PRAGMA", refused.Talk, StringComparison.Ordinal);
        Assert.Contains(remedy, refused.Talk, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("job: say what to do: show, cancel, retry, park, wake", "job")]
    [InlineData("tidemark: say what to do: run, jobs, job", "")]
    [InlineData("'seven' is not a job's number", "job show seven")]
    public async Task Half_a_command_is_answered_with_its_other_half(string answer, string typed)
    {
        using var host = new CliHost();

        var refused = await host.ShellAsync($"$TIDEMARK {typed}");

        Assert.Equal(ExitCode.Usage, refused.Code);
        Assert.Contains(answer, refused.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_statements_of_the_schema_are_data()
    {
        using var host = new CliHost();

        var script = await host.RunAsync("schema", "script");

        Assert.StartsWith("-- 0001", script.Output[0], StringComparison.Ordinal);
        Assert.Empty(script.Talk);
    }
}
