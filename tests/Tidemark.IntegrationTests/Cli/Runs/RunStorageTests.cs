using System.Diagnostics;
using Tidemark.Cli;
using Tidemark.IntegrationTests.Cli.Spawning;
using Tidemark.IntegrationTests.Sqlite;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>Disks that are full, and files that a kill has left half written.</summary>
public sealed class RunStorageTests
{
    // So that no run is through before its disk is full.
    const string WaitsForGo = "echo {}; test {} = 1 || until test -e go; do sleep 0.02; done";

    [Fact]
    public async Task A_full_disk_is_told_at_once_shown_by_doctor_and_an_abort_says_what_could_not_be_saved()
    {
        using var host = new CliHost();
        using var mount = TemporaryMount.Tmpfs(host.Directory.FullName, "1500k");
        host.Write("in.txt", Enumerable.Range(1, 2_000).Select(number => $"{number}"));
        var run = host.Start("run", "-n", "full", "--store", "mount/x.db", "--in", "in.txt", "--", "sh", "-c", WaitsForGo);
        Assert.True(await run.WroteAsync(1));

        Fill(Path.Combine(mount.Path, "rest"));
        host.Write("go", []);
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
        var run = host.Start("run", "-n", "full", "--store", "mount/x.db", "--in", "in.txt", "--", "sh", "-c", WaitsForGo);
        Assert.True(await run.WroteAsync(1));

        Fill(Path.Combine(mount.Path, "rest"));
        host.Write("go", []);
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
        // The beginning of a next one: a whole line may be a saved item's, and would not be written again.
        await File.AppendAllTextAsync(host.PathOf("out"), "numb", TestContext.Current.CancellationToken);

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

    [Theory]
    [InlineData("Data Source=named.db")]
    [InlineData("Filename=named.db;")]
    public async Task A_connection_string_that_names_a_file_is_that_file(string store)
    {
        using var host = new CliHost();

        var run = await host.RunAsync("run", "--store", store, "--in", host.Write("in.txt", ["1"]), "--", "true", "{}");

        Assert.Equal(ExitCode.Done, run.Code);
        Assert.True(File.Exists(host.PathOf("named.db")));
        Assert.DoesNotContain(host.Directory.GetFiles(), file => file.Name.Contains('=', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Data Source=x.db;Cache=Shared", "names more than a file")]
    [InlineData("Data Source=:memory:", "names more than a file, or none")]
    [InlineData("file:x.db", "is a URI")]
    [InlineData("mysql://server/x", "a URL of a kind that is not known")]
    [InlineData("nowhere/x.db", "does not exist")]
    public async Task A_store_that_cannot_be_meant_is_a_mistake_of_usage_and_makes_nothing(string store, string remedy)
    {
        using var host = new CliHost();
        host.Write("in.txt", ["1"]);

        var run = await host.RunAsync("run", "--store", store, "--in", "in.txt", "--", "true", "{}");

        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(remedy, run.Talk, StringComparison.Ordinal);
        Assert.Single(host.Directory.GetFileSystemInfos());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_that_is_deleted_under_a_run_ends_it_and_is_told(bool alsoStopped)
    {
        using var host = new CliHost();
        host.Write("in.txt", Enumerable.Range(1, 300).Select(number => $"{number}"));
        var run = host.Start("run", "--in", "in.txt", "--", "sh", "-c", "echo {}; sleep 0.05");
        Assert.True(await run.WroteAsync(3));

        foreach (var file in host.Directory.GetFiles("tidemark.db*")) file.Delete();
        if (alsoStopped) run.Drain();
        var ending = await run.EndAsync();

        Assert.Equal(ExitCode.Internal, ending.Code);
        Assert.Contains("was moved or deleted", ending.Talk, StringComparison.Ordinal);
        Assert.DoesNotContain("goes on from here", ending.Talk, StringComparison.Ordinal);
    }

    static void Fill(string path)
    {
        using var dd = Process.Start(new ProcessStartInfo("dd", ["if=/dev/zero", $"of={path}", "bs=1k"]) { RedirectStandardError = true, UseShellExecute = false })!;
        dd.StandardError.ReadToEnd();
        dd.WaitForExit();
    }
}
