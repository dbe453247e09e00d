using System.Security.Cryptography;
using Tidemark.Cli;
using Tidemark.IntegrationTests.Cli.Spawning;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>Real work, cut off at random, and the same command again.</summary>
public sealed class RunInterruptionTests
{
    const int Files = 300;
    const int Bound = 10;

    [Fact]
    public async Task Killed_at_random_every_file_is_hashed_and_each_kill_costs_at_most_the_bound()
    {
        using var host = new CliHost();
        var expected = MakeFiles(host);
        const int kills = 4;
        var random = new Random(7);
        var hashed = new List<string>();

        for (var kill = 0; kill < kills; kill++)
        {
            var run = host.Start(Hash);
            await run.WroteAsync(random.Next(1, Files / kills));
            run.Kill();
            hashed.AddRange((await run.EndAsync()).Output);
        }
        var last = await host.RunAsync(Hash);
        hashed.AddRange(last.Output);

        Assert.Equal(ExitCode.Done, last.Code);
        Assert.Equal(expected, hashed.Distinct().Order(StringComparer.Ordinal));
        Assert.InRange(hashed.Count - expected.Length, 0, Bound * kills);
    }

    [Fact]
    public async Task Stopped_by_SIGTERM_no_line_runs_twice_and_the_exit_code_says_that_it_can_go_on()
    {
        using var host = new CliHost();
        var expected = MakeFiles(host);
        var hashed = new List<string>();
        string[] hash = [.. Hash[..^2], "sh", "-c", "sha256sum \"$0\"; [ -e at-once ] || sleep 0.1", "{}"]; // far from the end when it is told to stop

        for (var stop = 0; stop < 3; stop++)
        {
            var run = host.Start(hash);
            Assert.True(await run.WroteAsync(20));
            run.Drain();
            var stopped = await run.EndAsync();
            hashed.AddRange(stopped.Output);
            Assert.Equal(ExitCode.Resumable, stopped.Code);
            Assert.Contains("nothing to redo", stopped.Talk, StringComparison.Ordinal);
        }
        host.Write("at-once", []);
        var last = await host.RunAsync(hash);
        hashed.AddRange(last.Output);

        Assert.Equal(ExitCode.Done, last.Code);
        Assert.Equal(expected, hashed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_second_signal_aborts_at_once_and_what_was_in_flight_runs_again()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1", "2"]);
        var run = host.Start("run", "-n", "stuck", "--in", "in.txt", "--", "sh", "-c", "echo > started; exec sleep 300");
        await Eventually.Is(() => File.Exists(host.PathOf("started")), "the command");

        run.Drain();
        Assert.True(await run.SaidAsync("stopping"));
        run.Signal(CliHost.Interrupt);
        var aborted = await run.EndAsync();
        var again = await host.RunAsync("run", "-n", "stuck", "--in", "in.txt", "--", "echo", "{}");

        Assert.Equal(ExitCode.AbortedByInterrupt, aborted.Code);
        Assert.Equal(["1", "2"], again.Output);
    }

    [Fact]
    public async Task Out_of_its_time_a_run_stops_as_if_it_were_told_to()
    {
        using var host = new CliHost();
        host.Write("in.txt", Enumerable.Range(1, 500).Select(number => $"{number}"));

        var stopped = await host.RunAsync("run", "-n", "long", "--in", "in.txt", "--max-duration", "1500ms", "--", "sh", "-c", "echo {}; sleep 0.1");

        Assert.Equal(ExitCode.Resumable, stopped.Code);
        Assert.Contains("--max-duration", stopped.Talk, StringComparison.Ordinal);
    }

    static readonly string[] Hash = ["run", "--in", "files.txt", "-j", "4", "--resume-cost", $"{Bound}items", "--", "sha256sum", "{}"];

    // Answers what sha256sum writes of each.
    static string[] MakeFiles(CliHost host)
    {
        var random = new Random(11);
        var lines = new List<string>();
        for (var number = 0; number < Files; number++)
        {
            var bytes = new byte[random.Next(0, 5_000)];
            random.NextBytes(bytes);
            File.WriteAllBytes(host.PathOf($"file-{number}"), bytes);
            lines.Add($"{Convert.ToHexStringLower(SHA256.HashData(bytes))}  file-{number}");
        }
        host.Write("files.txt", Enumerable.Range(0, Files).Select(number => $"file-{number}"));
        return [.. lines.Order(StringComparer.Ordinal)];
    }
}
