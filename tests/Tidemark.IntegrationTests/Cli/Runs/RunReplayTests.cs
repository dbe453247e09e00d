using Tidemark.Cli;
using Tidemark.IntegrationTests.Cli.Spawning;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>Lines taken out of quarantine: what stops them, and what waits for them.</summary>
public sealed class RunReplayTests
{
    const string WaitsForGo = "echo > began; until test -e go; do sleep 0.05; done; ";

    [Fact]
    public async Task A_replay_that_parks_parks_the_run_and_new_lines_wait_for_it()
    {
        using var host = await ReplayedAsync("1", "2", "3");

        var parked = await host.RunAsync(Again("test {} = 1 || exit 75; echo {}"));
        var resumed = await host.RunAsync(Again("echo {}"));

        Assert.Equal((ExitCode.Resumable, ExitCode.Done), (parked.Code, resumed.Code));
        Assert.Equal(["1"], parked.Output);
        Assert.Equal(["2", "3"], resumed.Output);
        Assert.Contains("again: parked until it is woken", parked.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replay_that_fails_fails_the_run_and_new_lines_wait_for_it()
    {
        using var host = await ReplayedAsync("1", "2", "3");

        var failed = await host.RunAsync(["run", "--retries", "0", "--max-failed", "0", .. Again("test {} = 1 && echo {}")[1..]]);
        await host.RunAsync("quarantine", "replay", "1");
        var mended = await host.RunAsync(Again("echo {}"));

        Assert.Equal((ExitCode.Unfinished, ExitCode.Done), (failed.Code, mended.Code));
        Assert.Equal(["1"], failed.Output);
        Assert.Equal(["2", "3"], mended.Output);
        Assert.Contains("again: failed at", failed.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_park_while_only_replays_run_says_that_the_same_command_goes_on()
    {
        using var host = await ReplayedAsync("1", "2");

        var parked = await host.RunAsync(Again("exit 75"));
        var resumed = await host.RunAsync(Again("echo {}"));

        Assert.Equal((ExitCode.Resumable, ExitCode.Done), (parked.Code, resumed.Code));
        Assert.Equal(["1", "2"], resumed.Output);
    }

    [Fact]
    public async Task A_stop_while_only_replays_run_says_that_the_same_command_goes_on()
    {
        using var host = await ReplayedAsync("1", "2");
        var run = host.Start(Again(WaitsForGo + "sleep 1; echo {}")); // past the moment between what is said and what is done
        await Eventually.Is(() => File.Exists(host.PathOf("began")), "the first line");

        run.Drain();
        Assert.True(await run.SaidAsync("again stopping"));
        host.Write("go", []);
        var stopped = await run.EndAsync();
        var resumed = await host.RunAsync(Again("echo {}"));

        Assert.Equal((ExitCode.Resumable, ExitCode.Done), (stopped.Code, resumed.Code));
        Assert.Equal(["1"], stopped.Output);
        Assert.Equal(["2"], resumed.Output);
    }

    [Fact]
    public async Task A_second_signal_while_only_replays_run_is_told_by_its_code()
    {
        using var host = await ReplayedAsync("1", "2");
        var run = host.Start(Again("echo > began; exec sleep 600"));
        await Eventually.Is(() => File.Exists(host.PathOf("began")), "the first line");

        run.Drain();
        Assert.True(await run.SaidAsync("again stopping"));
        run.Signal(CliHost.Interrupt);
        var aborted = await run.EndAsync();

        Assert.Equal(ExitCode.AbortedByInterrupt, aborted.Code);
        Assert.Contains("again: aborted at", aborted.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_of_which_only_a_replay_runs_is_running_too()
    {
        using var host = await ReplayedAsync("1", "2", "3");
        var first = host.Start(Again(WaitsForGo + "echo {}"));
        await Eventually.Is(() => File.Exists(host.PathOf("began")), "the first line");

        var second = await host.RunAsync(Again("echo {}"));
        host.Write("go", []);
        var ending = await first.EndAsync();

        Assert.Equal((ExitCode.RunningElsewhere, ExitCode.Done), (second.Code, ending.Code));
        Assert.Empty(second.Output);
        Assert.Equal(["1", "2", "3"], ending.Output);
        Assert.Contains("again: is running elsewhere (job 2,", second.Talk, StringComparison.Ordinal);
    }

    // A run has set two lines aside and is done; both are taken out again, and the input is this now.
    static async Task<CliHost> ReplayedAsync(params string[] input)
    {
        var host = new CliHost();
        host.Write("in.txt", ["1", "2"]);
        await host.RunAsync("run", "-n", "again", "--in", "in.txt", "--retries", "0", "--", "false", "{}");
        await host.RunAsync("quarantine", "replay", "1");
        host.Write("in.txt", input);
        return host;
    }

    static string[] Again(string script) => ["run", "-n", "again", "--in", "in.txt", "--", "sh", "-c", script];
}
