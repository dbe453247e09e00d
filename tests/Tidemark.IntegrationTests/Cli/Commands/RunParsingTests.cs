using Tidemark.Cli;
using Tidemark.Cli.Commands;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Commands;

public sealed class RunParsingTests
{
    [Fact]
    public async Task Everything_left_out_has_its_default()
    {
        var options = await Understood("run", "--", "sha256sum", "{}");

        Assert.Equal(["sha256sum", "{}"], options.Command);
        Assert.Equal("-", options.Input);
        Assert.Equal(ResumeCost.AtMost(10), options.ResumeCost);
        Assert.Equal((1, 3, 75), (options.Parallel, options.Tries, options.ParkExit));
        Assert.Equal((null, null), (options.MaxFailed, options.MaxDuration));
        Assert.Equal("./tidemark.db", options.Store);
        Assert.False(options.Wait || options.Restart || options.DryRun || options.Yes);
        Assert.False(options.Talk.Json || options.Talk.Quiet || options.Talk.NoColor);
        Assert.Matches("^sha256sum-[0-9a-f]{8}$", options.Name);
    }

    [Fact]
    public async Task Every_option_is_understood()
    {
        var options = await Understood(
            "run", "--name", "nightly", "--in", "ids.txt", "--resume-cost", "30s", "-j", "4", "--retries", "5", "--max-failed", "1.5%",
            "--park-exit", "9", "--max-duration", "1h30m", "--max-line", "64KiB", "--wait", "--restart", "--dry-run", "--json", "--no-color",
            "--yes", "--store", "other.db", "--", "./x.sh", "-n", "--in", "--", "", "@file", "{}");

        Assert.Equal(["./x.sh", "-n", "--in", "--", "", "@file", "{}"], options.Command);
        Assert.Equal(("nightly", "ids.txt", "other.db"), (options.Name, options.Input, options.Store));
        Assert.Equal(ResumeCost.AtMost(TimeSpan.FromSeconds(30)), options.ResumeCost);
        Assert.Equal((4, 6, 9, 65_536), (options.Parallel, options.Tries, options.ParkExit, options.MaxLine));
        Assert.Equal(new FailureLimit(null, 0.015m), options.MaxFailed);
        Assert.Equal(TimeSpan.FromMinutes(90), options.MaxDuration);
        Assert.True(options.Wait && options.Restart && options.DryRun && options.Yes && options.Talk.Json && options.Talk.NoColor);
    }

    [Theory]
    [InlineData("10items", 10, null)]
    [InlineData("1item", 1, null)]
    [InlineData("25", 25, null)]
    [InlineData("500ms", 10_000, 0.5)]
    [InlineData("100items,30s", 100, 30.0)]
    [InlineData("30s,100", 100, 30.0)]
    public async Task A_bound_is_items_or_time_or_both(string text, int items, double? seconds)
    {
        var options = await Understood("run", "--resume-cost", text, "--", "true");

        Assert.Equal(new ResumeCost { Items = items, Time = seconds is { } time ? TimeSpan.FromSeconds(time) : null }, options.ResumeCost);
    }

    [Theory]
    [InlineData("-j4")]
    [InlineData("-j=4")]
    [InlineData("-j:4")]
    public async Task The_number_may_stand_right_behind_its_letter(string option) =>
        Assert.Equal(4, (await Understood("run", option, "--", "true")).Parallel);

    [Fact]
    public async Task A_bound_that_was_left_out_grows_with_what_runs_at_once() =>
        Assert.Equal(ResumeCost.AtMost(64), (await Understood("run", "-j", "64", "--", "true")).ResumeCost);

    [Fact]
    public async Task A_line_may_be_as_long_as_what_can_be_set_aside() =>
        Assert.Equal(64 << 20, (await Understood("run", "--max-line", "64MiB", "--", "true")).MaxLine);

    [Fact]
    public async Task A_run_may_last_as_long_as_a_timer() =>
        Assert.Equal(TimeSpan.FromDays(49), (await Understood("run", "--max-duration", "49d", "--", "true")).MaxDuration);

    [Theory]
    [InlineData("29%", 100, 29)]
    [InlineData("0.7%", 1_000, 7)]
    [InlineData("1.5%", 100, 1)]
    [InlineData("5", 100, 5)]
    public async Task A_share_of_all_lines_is_counted_as_it_was_typed(string most, long total, long lines) =>
        Assert.Equal(lines, (await Understood("run", "--max-failed", most, "--", "true")).MaxFailed!.Value.Of(total));

    [Fact]
    public async Task No_exit_code_may_be_one_that_parks() =>
        Assert.Null((await Understood("run", "--park-exit", "none", "--", "true")).ParkExit);

    [Theory]
    [InlineData("put two dashes before the command: tidemark run [options] -- ./x.sh {}", "run", "./x.sh", "{}")]
    [InlineData("there is no command to run. Put it after two dashes", "run", "--in", "items.txt")]
    [InlineData("there is no command to run. Put it after two dashes", "run", "--")]
    [InlineData("--resume-cost 'soon' is not a number of items, a time, or both", "run", "--resume-cost", "soon", "--", "true")]
    [InlineData("--resume-cost '0' is not from 1 to 1,000,000 items", "run", "--resume-cost", "0", "--", "true")]
    [InlineData("--resume-cost '2d' is not from 1 to 1,000,000 items and from 1ms to 1d", "run", "--resume-cost", "2d", "--", "true")]
    [InlineData("Use -j 4 or --resume-cost 16items", "run", "-j", "16", "--resume-cost", "4items", "--", "true")]
    [InlineData("-j '0' is not a whole number from 1 to 1,000", "run", "-j", "0", "--", "true")]
    [InlineData("-j 'many' is not a whole number", "run", "-j", "many", "--", "true")]
    [InlineData("--max-failed '101%' is not a number of lines or a percentage", "run", "--max-failed", "101%", "--", "true")]
    [InlineData("--max-duration '90' is not a time with its unit (ms, s, m, h, d). Examples: 90s", "run", "--max-duration", "90", "--", "true")]
    [InlineData("--max-duration '0s' is not a time", "run", "--max-duration", "0s", "--", "true")]
    [InlineData("--park-exit '0' is not an exit code from 1 to 255, or none", "run", "--park-exit", "0", "--", "true")]
    [InlineData("--max-duration '50d' is not a time of at most 49d", "run", "--max-duration", "50d", "--", "true")]
    [InlineData("--max-duration '5000000d5000000d5000000d' is not a time of at most 49d", "run", "--max-duration", "5000000d5000000d5000000d", "--", "true")]
    [InlineData("--max-line '65MiB' is not a size from 1 byte to 64MiB", "run", "--max-line", "65MiB", "--", "true")]
    [InlineData("--max-line '1GiB' is not a size from 1 byte to 64MiB", "run", "--max-line", "1GiB", "--", "true")]
    [InlineData("give one of the two", "run", "--retries", "2", "--quarantine-after", "5", "--", "true")]
    [InlineData("--json and --quiet contradict each other", "run", "--json", "--quiet", "--", "true")]
    [InlineData("has the character ' ' at position 1", "run", "--name", "a b", "--", "true")]
    [InlineData("'--paralel'", "run", "--paralel", "4", "--", "true")]
    [InlineData("'rum'", "rum")]
    [InlineData("ID 'abc' is not a job's number", "doctor", "abc")]
    [InlineData("JOB 'abc' is not a job's number", "quarantine", "list", "abc")]
    [InlineData("ITEM 'abc' is not a number", "quarantine", "drop", "1", "abc")]
    [InlineData("ID 'abc' is not a number", "dead", "replay", "abc")]
    [InlineData("--before 'x' is not a job's number", "jobs", "--before", "x")]
    [InlineData("--state 'Foo' is not a state: pending, running, parked, failed", "jobs", "--state", "parked,Foo")]
    [InlineData("--state '3' is not a state", "jobs", "--state", "3")]
    [InlineData("--item 'x' is not a number", "quarantine", "replay", "1", "--item", "x")]
    public async Task What_cannot_be_meant_is_refused_with_a_remedy_and_exit_2(string remedy, params string[] arguments)
    {
        var (exitCode, output, error, options) = await Parse(arguments);

        Assert.Null(options);
        Assert.Equal(2, exitCode);
        Assert.Equal("", output);
        Assert.Contains(remedy, error);
    }

    [Theory]
    [InlineData("Required command", "frobnicate")]
    [InlineData("-- --wrong", "run", "--wrong")]
    [InlineData("System.", "jobs", "--before", "x")]
    [InlineData("Tidemark.", "jobs", "--state", "Foo")]
    public async Task A_refusal_says_nothing_that_is_not_of_the_matter(string noise, params string[] arguments)
    {
        var (exitCode, _, error, _) = await Parse(arguments);

        Assert.Equal(2, exitCode);
        Assert.DoesNotContain(noise, error);
    }

    [Theory]
    [InlineData(2, "--quarantine-after", "2")]
    [InlineData(1, "--retries", "0")]
    [InlineData(5, "--retries", "4", "--quarantine-after", "5")]
    public async Task Tries_may_be_said_either_way(int tries, params string[] arguments) =>
        Assert.Equal(tries, (await Understood(["run", .. arguments, "--", "true"])).Tries);

    [Fact]
    public async Task The_store_is_what_was_said_else_what_the_environment_says()
    {
        Assert.Equal("env.db", (await Parse(["run", "--", "true"], store: "env.db")).Options!.Store);
        Assert.Equal("said.db", (await Parse(["--store", "said.db", "run", "--", "true"], store: "env.db")).Options!.Store);
    }

    [Fact]
    public async Task Help_goes_to_standard_output_and_names_every_option()
    {
        var (exitCode, output, error, _) = await Parse(["run", "--help"]);

        Assert.Equal((0, ""), (exitCode, error));
        string[] all =
        [
            "-n", "--name", "--in", "--resume-cost", "-j", "--retries", "--quarantine-after", "--max-failed", "--park-exit",
            "--max-duration", "--wait", "--restart", "--dry-run", "--json", "--quiet", "--no-color", "--yes", "--store", "-- COMMAND {}",
        ];
        Assert.All(all, option => Assert.Contains(option, output));
    }

    [Fact]
    public async Task Help_of_run_says_what_commands_are_told_and_may_say()
    {
        var (_, output, _, _) = await Parse(["run", "--help"]);

        Assert.All(
            ["run [options] -- COMMAND {}", "TIDEMARK_ITEM_KEY", "TIDEMARK_ATTEMPT", "retry-after:", "retry-at:", "grows to -j", "130 or 143"],
            word => Assert.Contains(word, output));
    }

    [Fact]
    public async Task Help_lists_every_command_in_a_line_and_shows_what_may_be_left_out()
    {
        var root = (await Parse(["--help"])).Output;
        var jobs = (await Parse(["jobs", "--help"])).Output;

        Assert.Contains("doctor [ID] ", root);
        Assert.Contains("replay <ID>", (await Parse(["quarantine", "--help"])).Output);
        Assert.DoesNotContain("TIDEMARK_ITEM_KEY", root);
        Assert.DoesNotContain("Exit:", root);
        Assert.Equal(2, jobs.Split("default: 50").Length);
        Assert.DoesNotContain("default 50", jobs);
    }

    [Fact]
    public async Task A_fault_of_ours_is_70_and_a_mistake_of_theirs_2()
    {
        Task<int> Throwing(Exception failure) =>
            new CommandLine(TextWriter.Null, TextWriter.Null, _ => null).InvokeAsync(["run", "--", "true"], (_, _) => throw failure);

        Assert.Equal(70, await Throwing(new InvalidOperationException("a bug")));
        Assert.Equal(70, await Throwing(new StoreException("disk full")));
        Assert.Equal(2, await Throwing(new UsageException("no such file")));
    }

    static async Task<RunOptions> Understood(params string[] arguments)
    {
        var (exitCode, _, error, options) = await Parse(arguments);
        Assert.Equal("", error);
        Assert.Equal(0, exitCode);
        return options!;
    }

    static async Task<(int ExitCode, string Output, string Error, RunOptions? Options)> Parse(string[] arguments, string? store = null)
    {
        using StringWriter output = new(), error = new();
        RunOptions? seen = null;
        var line = new CommandLine(output, error, name => name == "TIDEMARK_STORE" ? store : null);
        var exitCode = await line.InvokeAsync(arguments, (options, _) =>
        {
            seen = options;
            return Task.FromResult(0);
        });
        return (exitCode, output.ToString(), error.ToString(), seen);
    }
}
