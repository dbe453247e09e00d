using System.Diagnostics;
using Tidemark.Cli;
using Tidemark.IntegrationTests.Cli.Spawning;
using Tidemark.IntegrationTests.Sqlite;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>Disks that are full, and files that a kill has left half written.</summary>
public sealed class RunStorageTests
{
    [Fact]
    public async Task A_full_disk_is_told_at_once_shown_by_doctor_and_an_abort_says_what_could_not_be_saved()
    {
        using var host = new CliHost();
        using var mount = TemporaryMount.Tmpfs(host.Directory.FullName, "1500k");
        host.Write("in.txt", Enumerable.Range(1, 2_000).Select(number => $"{number}"));
        var run = host.Start("run", "-n", "full", "--store", "mount/x.db", "--in", "in.txt", "--", "sh", "-c", "echo {}");
        Assert.True(await run.WroteAsync(1));

        Fill(Path.Combine(mount.Path, "rest"));
        Assert.True(await run.SaidAsync("cannot be written"));
        var doctor = await host.RunAsync("doctor", "--store", "mount/x.db");
        var ofJob = await host.RunAsync("doctor", "1", "--store", "mount/x.db");
        run.Drain();
        Assert.True(await run.SaidAsync("full stopping"));
        run.Signal(CliHost.Interrupt);
        var aborted = await run.EndAsync();

        Assert.Equal((ExitCode.Internal, ExitCode.AbortedByInterrupt), (doctor.Code, aborted.Code));
        Assert.Contains(doctor.Output, line => line.StartsWith("store fault: ", StringComparison.Ordinal));
        Assert.StartsWith("store fault: ", ofJob.Output[0], StringComparison.Ordinal);
        Assert.Contains("redo at most 10 items", aborted.Talk.Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_with_room_again_is_told_too_and_the_run_goes_on()
    {
        using var host = new CliHost();
        using var mount = TemporaryMount.Tmpfs(host.Directory.FullName, "1500k");
        host.Write("in.txt", Enumerable.Range(1, 60).Select(number => $"{number}"));
        var run = host.Start("run", "-n", "full", "--store", "mount/x.db", "--in", "in.txt", "--", "sh", "-c", "echo {}");
        Assert.True(await run.WroteAsync(1));

        Fill(Path.Combine(mount.Path, "rest"));
        Assert.True(await run.SaidAsync("cannot be written"));
        File.Delete(Path.Combine(mount.Path, "rest"));
        var ending = await run.EndAsync();

        Assert.Equal((ExitCode.Done, 60), (ending.Code, ending.Output.Length));
        Assert.Contains("can be written again", ending.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_half_line_of_a_killed_run_is_ended_before_the_next_one_writes()
    {
        using var host = new CliHost();
        host.Write("in.txt", Enumerable.Range(1, 50).Select(number => $"number {number}"));
        const string run = "$TIDEMARK run -n torn --in in.txt -- sh -c 'echo {}; sleep 0.02' >> out";
        var killed = host.ShellStart($"exec {run}");
        await Eventually.Lines(host.PathOf("out"), 5);
        killed.Kill();
        await killed.EndAsync();
        using (var output = new FileStream(host.PathOf("out"), FileMode.Open)) output.SetLength(output.Length - 3);

        var resumed = await host.ShellAsync(run);

        Assert.Equal(ExitCode.Done, resumed.Code);
        Assert.Contains("half a line", resumed.Talk, StringComparison.Ordinal);
        var lines = File.ReadAllLines(host.PathOf("out"));
        Assert.Superset(Enumerable.Range(1, 50).Select(number => $"number {number}").ToHashSet(), lines.ToHashSet());
    }

    [Fact]
    public async Task After_a_clean_stop_what_commands_wrote_without_a_line_end_stays_as_it_is()
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1", "2"]);
        const string run = "$TIDEMARK run -n dots --in in.txt -- sh -c 'test {} = 1 || test -e go || exit 75; printf .' >> out";

        await host.ShellAsync(run);
        File.WriteAllText(host.PathOf("go"), "");
        var resumed = await host.ShellAsync(run);

        Assert.Equal(ExitCode.Done, resumed.Code);
        Assert.Equal("..", File.ReadAllText(host.PathOf("out")));
    }

    static void Fill(string path)
    {
        using var dd = Process.Start(new ProcessStartInfo("dd", ["if=/dev/zero", $"of={path}", "bs=1k"]) { RedirectStandardError = true, UseShellExecute = false })!;
        dd.StandardError.ReadToEnd();
        dd.WaitForExit();
    }
}
