using Tidemark.Cli;
using Tidemark.IntegrationTests.Behaviour;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>What an operator sees of schedules and does to them, beside a service that keeps them.</summary>
public sealed class ScheduleCommandTests
{
    static readonly JobKey<int> Purge = new("purge");

    [Fact]
    public async Task The_next_instants_are_told_across_a_change_of_the_clock_without_the_code_that_declared_them()
    {
        using var host = new CliHost();
        await DeclareAsync(host);
        var next = (await host.RunAsync("schedule", "next", "nightly", "-n", "366")).Output;
        Assert.Equal(367, next.Length); // and the titles
        Assert.Single(next, line => line.Contains("03:00:00 +02:00", StringComparison.Ordinal)); // 02:30 does not exist on that day
        Assert.Equal(365, next.Count(line => line.Contains(" 02:30:00 +0", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_paused_schedule_is_told_everywhere_and_goes_on()
    {
        using var host = new CliHost();
        await DeclareAsync(host);
        Assert.Equal(ExitCode.Done, (await host.RunAsync("schedule", "pause", "nightly", "--reason", "the disk is full")).Code);
        var list = await host.RunAsync("schedule", "list");
        Assert.Contains("paused", Assert.Single(list.Output, line => line.StartsWith("nightly", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("the disk is full", list.Talk, StringComparison.Ordinal);
        Assert.Contains((await host.RunAsync("doctor")).Output, line => line.Contains("schedule 'nightly': paused since", StringComparison.Ordinal) && line.Contains("the disk is full", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Done, (await host.RunAsync("schedule", "resume", "nightly")).Code);
        Assert.DoesNotContain((await host.RunAsync("doctor")).Output, line => line.Contains("nightly", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Done, (await host.RunAsync("schedule", "trigger", "nightly")).Code);
        var shown = string.Join('\n', (await host.RunAsync("schedule", "show", "nightly")).Output);
        foreach (var said in (string[])["cron 30 2 * * *; in Europe/Rome", "At 02:30, by the clock of Europe/Rome", "trigger", "Pause", "Resume", "Trigger"]) Assert.Contains(said, shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_unknown_or_no_instant_is_said_with_its_exit_code()
    {
        using var host = new CliHost();
        await DeclareAsync(host);
        foreach (var verb in (string[])["show", "next", "pause", "resume", "trigger"]) Assert.Equal(ExitCode.NotFound, (await host.RunAsync("schedule", verb, "nobodys")).Code);
        Assert.Equal(ExitCode.Usage, (await host.RunAsync("schedule", "catch-up", "nightly", "--from", "yesterday")).Code);
        Assert.Equal(ExitCode.Usage, (await host.RunAsync("schedule", "catch-up", "nightly", "--from", "2026-02-02", "--to", "2026-02-01")).Code);
        Assert.Equal(ExitCode.Done, (await host.RunAsync("schedule", "catch-up", "nightly", "--from", "2026-02-01T00:00Z", "--to", "2026-02-02")).Code);
    }

    static async Task DeclareAsync(CliHost host)
    {
        await using var service = await StartedEngine.StartAsync(host.PathOf("tidemark.db"), tidemark => tidemark.AddSchedule("nightly", Purge, 1, Every.Day.At(2, 30).In("Europe/Rome")));
    }
}
