using Tidemark.Cli.Spawning;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Spawning;

/// <summary>What closes the guard's pipe here is an abort; the kernel closes the same pipe when the process is killed.</summary>
public sealed class GuardTests
{
    // Each writes the process ids that must die with the run, then waits.
    [Theory]
    [InlineData("echo $$ >> \"$1\"; exec sleep 300")]
    [InlineData("sleep 300 & echo $! >> \"$1\"; echo $$ >> \"$1\"; wait")]
    [InlineData("timeout 300 sh -c 'echo $$ $PPID | tr \" \" \"\\n\" >> \"$1\"; sleep 300' sh \"$1\"; true")]
    [InlineData("trap '' HUP INT TERM QUIT; echo $$ >> \"$1\"; while :; do sleep 1; done")]
    public async Task Nothing_that_a_command_started_outlives_the_run(string script)
    {
        using var host = new PoolHost(["sh", "-c", script + "; : two", "sh", "{}"]);
        var place = Path.Combine(host.Directory.FullName, "pids");
        var running = host.RunAsync(place);
        var expected = script.Contains("PPID", StringComparison.Ordinal) || script.Contains("$!", StringComparison.Ordinal) ? 2 : 1;
        var pids = await Eventually.Lines(place, expected);
        Assert.All(pids, pid => Assert.True(Processes.IsAlive(int.Parse(pid))));

        host.Pool.Abort();

        Assert.Equal(EndingKind.Aborted, (await running).Ending.Kind);
        foreach (var pid in pids) await Eventually.Is(() => !Processes.IsAlive(int.Parse(pid)), $"process {pid} is dead");
    }

    [Fact]
    public async Task After_an_abort_nothing_starts()
    {
        using var host = new PoolHost(["sh", "-c", "echo ran"]);

        host.Pool.Abort();
        var result = await host.RunAsync("1");

        Assert.Equal(EndingKind.Aborted, result.Ending.Kind);
        Assert.Equal("", host.OutputText);
    }

    [Fact]
    public async Task A_guard_that_was_killed_is_replaced_by_the_next_start()
    {
        using var guard = new RunGuard();
        using var environment = new CommandEnvironment(guard.Mark);
        using var slot = new CommandSlot(CommandTemplate.Of("true"), environment, guard, new CommandLimits());
        var first = guard.Attributes().Group;
        Assert.True(slot.Run(new CommandRequest("1"u8.ToArray(), "k", 1)).IsSuccess);

        Assert.Equal(0, Libc.Kill(first, Signal.Kill));
        await Eventually.Is(() => !Processes.IsAlive(first), "the guard is dead");
        var ending = slot.Run(new CommandRequest("2"u8.ToArray(), "k", 1));

        Assert.True(ending.IsSuccess, ending.ToString());
        Assert.NotEqual(first, guard.Attributes().Group);
    }

    [Fact]
    public async Task A_guard_let_go_leaves_nothing_of_itself_and_spares_the_background()
    {
        var guard = new RunGuard();
        using var environment = new CommandEnvironment(guard.Mark);
        var command = CommandTemplate.Of("sh", "-c", "sleep 300 > /dev/null 2>&1 & echo $!");
        using var slot = new CommandSlot(command, environment, guard, new CommandLimits());
        Assert.True(slot.Run(new CommandRequest("1"u8.ToArray(), "k", 1)).IsSuccess);
        var left = int.Parse(System.Text.Encoding.UTF8.GetString(slot.Output.Tail(20)));
        var group = guard.Attributes().Group;

        guard.Dispose();

        Assert.False(Processes.IsAlive(group));
        Assert.True(Processes.IsAlive(left));
        Assert.Equal(0, Libc.Kill(left, Signal.Kill));
        await Eventually.Is(() => !Processes.IsAlive(left), "what the test started is gone");
    }
}
