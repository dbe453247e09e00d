using System.Globalization;
using Tidemark.Cli;
using Tidemark.IntegrationTests.Cli.Spawning;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>Ways to stop a run, and ways in which it waits.</summary>
public sealed class RunStopTests
{
    [Theory]
    [InlineData(CliHost.Interrupt, ExitCode.AbortedByInterrupt)]
    [InlineData(CliHost.Terminate, ExitCode.AbortedByTermination)]
    public async Task The_second_signal_aborts_and_says_what_that_costs(int signal, int code)
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1", "2"]);
        var run = host.Start("run", "-n", "slow", "--in", "in.txt", "-j", "2", "--", "sh", "-c", "echo > began{}; sleep 600");
        await Eventually.Is(() => File.Exists(host.PathOf("began1")) && File.Exists(host.PathOf("began2")), "both commands");

        run.Signal(CliHost.Terminate);
        Assert.True(await run.SaidAsync("slow stopping"));
        await Task.Delay(TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken); // past what is taken for an echo of the first
        run.Signal(signal);
        var ending = await run.EndAsync();

        Assert.Equal(code, ending.Code);
        Assert.Contains("slow: aborted at 0 of 2; redo at most 2 items", ending.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Timeout_signals_a_run_twice_and_it_drains_all_the_same()
    {
        using var host = new CliHost();
        host.Write("in.txt", Enumerable.Range(1, 400).Select(number => $"{number}"));

        var run = await host.ShellAsync("timeout 3 $TIDEMARK run -n long --in in.txt -- sh -c 'sleep 0.3; echo {}'; exit 0");

        Assert.Contains("nothing to redo", run.Talk, StringComparison.Ordinal);
        Assert.DoesNotContain("aborted", run.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_run_takes_its_commands_with_it_and_is_shown_as_dead()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1"]);
        var run = host.Start("run", "-n", "killed", "--in", "in.txt", "--", "sh", "-c", "sleep 600 & echo $! > child; echo $$ > parent; wait");
        await Eventually.Lines(host.PathOf("parent"), 1);

        run.Kill();
        await run.EndAsync();

        foreach (var name in new[] { "child", "parent" })
        {
            var pid = int.Parse(File.ReadAllText(host.PathOf(name)), CultureInfo.InvariantCulture);
            await Eventually.Is(() => !Processes.IsAlive(pid), $"the end of the {name}");
        }
        var jobs = await host.RunAsync("jobs");
        var doctor = await host.RunAsync("doctor");
        Assert.Contains("is gone", string.Join('\n', jobs.Output), StringComparison.Ordinal);
        Assert.Contains("run the same command line again", string.Join('\n', doctor.Output), StringComparison.Ordinal);
        Assert.DoesNotContain("suspect", string.Join('\n', (await host.RunAsync("doctor", "1")).Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_its_time_a_run_stops_cleanly()
    {
        using var host = new CliHost();
        host.Write("in.txt", Enumerable.Range(1, 400).Select(number => $"{number}"));

        var run = await host.RunAsync("run", "-n", "hour", "--in", "in.txt", "--max-duration", "2s", "--", "sh", "-c", "echo {}; sleep 0.1");

        Assert.Equal(ExitCode.Resumable, run.Code);
        Assert.Contains("hour: stopped after --max-duration 2s at ", run.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_run_is_listed_as_one_and_its_last_line_expects_nothing()
    {
        using var host = new CliHost();
        host.Write("in.txt", Enumerable.Range(1, 400).Select(number => $"{number}"));
        var run = host.Start("run", "-n", "stopped", "--in", "in.txt", "--", "sh", "-c", "echo {}; sleep 0.1");
        Assert.True(await run.WroteAsync(2));

        run.Drain();
        var ending = await run.EndAsync();
        var jobs = await host.RunAsync("jobs");

        Assert.Equal(ExitCode.Resumable, ending.Code);
        Assert.Contains("stopped; the same command goes on", jobs.Output[1], StringComparison.Ordinal);
        Assert.DoesNotContain("eta=", ending.Talk.Split('\n')[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_wait_a_run_sleeps_through_its_park()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1", "2"]);

        var run = await host.RunAsync(
            "run", "--in", "in.txt", "--wait", "--", "sh", "-c", "test {} = 1 || test -e open || { echo > open; echo 'retry-after: 1' >&2; exit 75; }; echo {}");

        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal(["1", "2"], run.Output);
        Assert.Contains(" parked done=1", run.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instant_on_standard_error_says_until_when()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1"]);

        var run = await host.RunAsync("run", "-n", "q", "--in", "in.txt", "--park-exit", "9", "--", "sh", "-c", "echo no more >&2; echo 'Retry-At: 2099-01-01T05:00:00Z' >&2; exit 9");
        var doctor = await host.RunAsync("doctor", "1");

        Assert.Equal(ExitCode.Resumable, run.Code);
        Assert.Contains("q: parked until 2099-01-01 05:00:00Z", run.Talk, StringComparison.Ordinal);
        Assert.Contains("parked: until 2099-01-01 05:00:00Z", doctor.Output[0], StringComparison.Ordinal);
        Assert.Contains("no more", doctor.Output[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_queue_is_paused_says_so_and_goes_on_when_it_is_resumed()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1"]);
        await host.RunAsync("run", "-n", "first", "--in", "in.txt", "--", "true", "{}");
        await host.RunAsync("queue", "pause", "run", "--reason", "maintenance");

        var run = host.Start("run", "-n", "second", "--in", "in.txt", "--", "echo", "{}");
        Assert.True(await run.SaidAsync("queue 'run' is paused (maintenance)"));
        var doctor = await host.RunAsync("doctor", "--json");
        await host.RunAsync("queue", "resume", "run");
        var ending = await run.EndAsync();

        Assert.Contains(doctor.Output, line => line.Contains("\"finding\":\"queue paused\"", StringComparison.Ordinal));
        Assert.Equal((ExitCode.Done, "1"), (ending.Code, Assert.Single(ending.Output)));
    }
}
