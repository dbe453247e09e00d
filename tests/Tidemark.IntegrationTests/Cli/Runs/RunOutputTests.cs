using System.Text.Json;
using Tidemark.Cli;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>What goes to standard output, what to standard error, and what happens when one of them is not there.</summary>
public sealed class RunOutputTests
{
    [Fact]
    public async Task A_try_that_failed_leaves_its_output_as_evidence_on_standard_error_only()
    {
        using var host = new CliHost();

        var run = await host.ShellAsync(
            "echo 1 | $TIDEMARK run -- sh -c 'echo half; test $TIDEMARK_ATTEMPT = 2 || exit 1; echo whole' 2>talk; cat talk >&2");

        Assert.Equal(["half", "whole"], run.Output);
        Assert.Single(run.Talk.Split('\n'), "half");
    }

    [Fact]
    public async Task With_json_standard_error_is_an_object_a_line_whatever_commands_say()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1", "2"]);

        var run = await host.RunAsync("run", "--json", "--retries", "0", "--in", "in.txt", "--", "sh", "-c", "echo data; echo \"bad \\\"{}\\\"\" >&2; test {} = 1");

        var lines = run.Talk.Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(["data"], run.Output);
        // On a machine out of breath the engine may have a word of its own to say in between.
        var types = lines.Select(line => line.GetProperty("type").GetString()).ToList();
        Assert.Equal(("message", "message"), (types[0], types[^2]));
        Assert.Equal(["state", "command", "command", "command", "end"], types.Where(type => type != "message"));
        Assert.Equal(["bad \"1\"\n", "data\n", "bad \"2\"\n"], lines.Where(line => line.GetProperty("type").GetString() == "command").Select(line => line.GetProperty("text").GetString()));
        Assert.Equal(ExitCode.Unfinished, lines[^1].GetProperty("exit").GetInt32());
    }

    [Fact]
    public async Task Quiet_is_quiet_but_for_the_commands()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1"]);

        var run = await host.RunAsync("run", "--quiet", "--in", "in.txt", "--", "sh", "-c", "echo out; echo err >&2");

        Assert.Equal(("out", "err"), (Assert.Single(run.Output), run.Talk));
    }

    [Theory]
    [InlineData("| head -n 1")]
    [InlineData(">&-")]
    [InlineData("> /dev/full")]
    public async Task What_nobody_has_taken_does_not_count_as_done(string gone)
    {
        using var host = new CliHost();
        host.Write("in.txt", Enumerable.Range(1, 200).Select(number => $"{number}"));
        const string run = "$TIDEMARK run -n out --in in.txt -- echo {}";

        var stopped = await host.ShellAsync($"{{ {run}; echo $? > code; }} 2>&2 {gone}");
        var rest = await host.ShellAsync(run);

        Assert.Equal("75", (await File.ReadAllTextAsync(host.PathOf("code"), TestContext.Current.CancellationToken)).Trim());
        Assert.Contains("does not count as done", stopped.Talk, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, rest.Code);
        Assert.Equal("200", rest.Output[^1]);
        Assert.InRange(rest.Output.Length, 1, 200);
    }

    [Fact]
    public async Task Without_a_standard_error_the_run_works_all_the_same()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1", "2"]);

        var run = await host.ShellAsync("$TIDEMARK run --in in.txt -- sh -c 'echo {}; echo talk >&2' 2>&-");

        Assert.Equal(["1", "2"], run.Output);
        Assert.Equal(ExitCode.Done, run.Code);
    }

    [Fact]
    public async Task A_closed_standard_input_is_no_input_and_does_not_hang()
    {
        using var host = new CliHost();

        var refused = await host.ShellAsync("$TIDEMARK run -- echo {} <&-");

        Assert.Equal(ExitCode.Usage, refused.Code);
        Assert.Contains("standard input is closed", refused.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_there_is_a_bar_and_what_a_stop_would_cost_and_no_colour_where_none_is_wanted()
    {
        using var host = new CliHost();
        host.Write("in.txt", Enumerable.Range(1, 30).Select(number => $"{number}"));
        host.Write("run.sh", ["stty cols 100", "exec $TIDEMARK run -n bar --in in.txt -j 2 -- sh -c 'sleep 0.1; echo line {}'"]);

        var colour = await host.ShellAsync("TERM=xterm LC_ALL= LC_CTYPE= LANG=C.UTF-8 NO_COLOR= script -qec 'sh run.sh' /dev/null");
        File.Delete(host.PathOf("tidemark.db"));
        var plain = await host.ShellAsync("TERM=xterm LC_ALL= LC_CTYPE= LANG=C.UTF-8 NO_COLOR=1 script -qec 'sh run.sh --restart' /dev/null");

        var text = string.Join('\n', colour.Output);
        Assert.Contains("━", text, StringComparison.Ordinal);
        Assert.Contains("stop now: redo ≤ ", text, StringComparison.Ordinal);
        Assert.Contains("bar: finished, 30 done.", text, StringComparison.Ordinal);
        Assert.Contains("\x1b[32m", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\x1b[32m", string.Join('\n', plain.Output), StringComparison.Ordinal);
    }
}
