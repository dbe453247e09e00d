using Tidemark.Cli;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>What inputs look like outside of examples.</summary>
public sealed class RunInputTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a\\r\\nb\\r\\n", "<a><b>")]
    [InlineData("a\\nb", "<a><b>")]
    [InlineData("a\\n\\n\\nb\\n", "<a><b>")]
    [InlineData("-n\\n* $HOME\\n", "<-n><* $HOME>")]
    public async Task Lines_reach_the_command_as_they_are(string input, string taken)
    {
        using var host = new CliHost();

        var run = await host.ShellAsync($"printf '%b' '{input}' > in; $TIDEMARK run --in in -- printf '<%s>\\n' {{}}");

        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal(taken, string.Concat(run.Output));
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_reach_the_command_unchanged_as_argument_and_as_input()
    {
        using var host = new CliHost();

        var run = await host.ShellAsync(
            "printf 'a\\377\\376b\\n' > in; $TIDEMARK run --in in -- printf '%s\\n' {} > one; $TIDEMARK run --in in -- cat > two; cmp in one && cmp in two && echo same");

        Assert.Equal(["same"], run.Output);
    }

    [Fact]
    public async Task Standard_input_is_an_input_and_its_name_resumes()
    {
        using var host = new CliHost();

        var first = await host.ShellAsync("printf '1\\n2\\n' | $TIDEMARK run -n in -- echo {}");
        var second = await host.ShellAsync("printf '1\\n3\\n2\\n' | $TIDEMARK run -n in --in - -- echo {}");

        Assert.Equal(["1", "2"], first.Output);
        Assert.Equal(["3"], second.Output);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_refused_by_the_option_that_allows_it()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["short", new string('x', 5_000)]);

        var refused = await host.RunAsync("run", "--in", "in.txt", "--max-line", "4096", "--", "wc", "-c");
        var taken = await host.RunAsync("run", "--in", "in.txt", "--max-line", "8KiB", "--", "wc", "-c");

        Assert.Equal(ExitCode.Usage, refused.Code);
        Assert.Contains("Line 2 of in.txt", refused.Talk, StringComparison.Ordinal);
        Assert.Contains("Raise --max-line", refused.Talk, StringComparison.Ordinal);
        Assert.Equal(["6", "5001"], taken.Output);
    }

    [Theory]
    [InlineData("--in nothing.txt", "true {}", "--in nothing.txt cannot be read")]
    [InlineData("--in .", "true {}", "is a directory")]
    [InlineData("--in in.txt", "no-such-program {}", "no-such-program: not found in PATH")]
    [InlineData("--in in.txt", "./in.txt {}", "permission denied; make it executable")]
    public async Task What_cannot_be_begun_is_said_at_once_and_leaves_no_store(string options, string command, string remedy)
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1"]);

        var refused = await host.ShellAsync($"$TIDEMARK run {options} -- {command}");

        Assert.Equal(ExitCode.Usage, refused.Code);
        Assert.Contains(remedy, refused.Talk, StringComparison.Ordinal);
        Assert.False(File.Exists(host.PathOf("tidemark.db")));
    }

    [Fact]
    public async Task The_command_knows_its_item_and_its_try_and_the_store_may_come_from_the_environment()
    {
        using var host = new CliHost();

        var run = await host.ShellAsync(
            "printf 'a\\nb\\na\\n' | TIDEMARK_STORE=other.db $TIDEMARK run -- sh -c 'echo \"$TIDEMARK_ITEM_KEY $TIDEMARK_ATTEMPT\"'; ls *.db");

        Assert.Equal("other.db", run.Output[^1]);
        Assert.Equal(3, run.Output[..^1].Distinct().Count());
        Assert.All(run.Output[..^1], line => Assert.Matches("^1/lines/[^ ]+:[12] 1$", line));
    }

    [Fact]
    public async Task A_line_of_control_characters_six_times_as_long_in_JSON_can_be_set_aside()
    {
        using var host = new CliHost();
        var line = new byte[11 << 20];
        Array.Fill(line, (byte)1);
        line[^1] = (byte)'\n';
        await File.WriteAllBytesAsync(host.PathOf("in.txt"), line, TestContext.Current.CancellationToken);

        var run = await host.RunAsync("run", "-n", "controls", "--in", "in.txt", "--retries", "0", "--", "false");

        Assert.Equal(ExitCode.Unfinished, run.Code);
        Assert.Contains("controls: finished, 0 done, 1 quarantined.", run.Talk, StringComparison.Ordinal);
    }
}
