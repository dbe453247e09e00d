using System.Runtime.Versioning;
using Tidemark.Cli.Spawning;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Spawning;

[SupportedOSPlatform("linux")]
public sealed class EndingTests
{
    [Theory]
    [InlineData("exit 0", nameof(EndingKind.Exited), 0)]
    [InlineData("exit 75", nameof(EndingKind.Exited), 75)]
    [InlineData("exit 127", nameof(EndingKind.Exited), 127)]
    [InlineData("kill -SEGV $$", nameof(EndingKind.Signaled), 11)]
    [InlineData("kill -KILL $$", nameof(EndingKind.Signaled), 9)]
    [InlineData("kill -TTIN $$; echo never", nameof(EndingKind.WantedTerminal), 0)]
    public async Task A_command_that_ran_ends_by_its_own_code_or_a_signal(string script, string kind, int code)
    {
        using var host = new PoolHost(["sh", "-c", script]);

        var result = await host.RunAsync("1");

        Assert.Equal((kind, code), (result.Ending.Kind.ToString(), result.Ending.Code));
        Assert.Equal("", host.OutputText);
    }

    [Fact]
    public async Task A_name_that_is_in_no_directory_of_the_path_is_not_found()
    {
        using var host = new PoolHost(["no-such-program-anywhere"]);

        var result = await host.RunAsync("1");

        Assert.Equal((EndingKind.NotFound, 127), (result.Ending.Kind, result.Ending.Code));
        Assert.Equal("no-such-program-anywhere: not found in PATH", result.Error);
    }

    [Theory]
    [InlineData("#!/no/such/interpreter\n", true, nameof(EndingKind.NotFound), 127, "the interpreter named in its first line")]
    [InlineData("echo no first line\n", true, nameof(EndingKind.NotExecutable), 126, "give a script a first line such as #!/bin/sh")]
    [InlineData("#!/bin/sh\n", false, nameof(EndingKind.NotExecutable), 126, "make it executable (chmod +x)")]
    public async Task A_file_that_cannot_run_says_what_is_wrong_with_it(string text, bool executable, string kind, int code, string remedy)
    {
        using var directory = new PoolHost(["true"]);
        var script = Path.Combine(directory.Directory.FullName, "script");
        await File.WriteAllTextAsync(script, text, TestContext.Current.CancellationToken);
        if (executable) File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var host = new PoolHost([script, "{}"]);

        var result = await host.RunAsync("1");

        Assert.Equal((kind, code), (result.Ending.Kind.ToString(), result.Ending.Code));
        Assert.Contains(remedy, result.Error);
    }

    [Fact]
    public async Task A_directory_is_no_command()
    {
        using var host = new PoolHost(["/tmp"]);

        Assert.Equal("/tmp: is a directory", (await host.RunAsync("1")).Error);
    }

    [Fact]
    public async Task A_line_that_cannot_be_an_argument_is_refused_with_the_way_out()
    {
        using var host = new PoolHost(["echo", "{}"]);

        var withNul = await host.RunAsync("a\0b");
        var tooLong = await host.RunAsync(new string('x', 200_000));

        Assert.Equal(EndingKind.LineRefused, withNul.Ending.Kind);
        Assert.Contains("NUL byte", withNul.Error);
        Assert.Equal(EndingKind.LineRefused, tooLong.Ending.Kind);
        Assert.Contains("leave out {} to give it on standard input", tooLong.Error);
    }

    [Fact]
    public async Task A_command_stopped_by_an_operator_goes_on_when_it_is_continued()
    {
        using var host = new PoolHost(["sh", "-c", "echo $$ > \"$1\"; kill -STOP $$; exit 3", "sh", "{}"]);
        var place = Path.Combine(host.Directory.FullName, "pid");

        var running = host.RunAsync(place);
        var pid = int.Parse((await Eventually.Lines(place, 1))[0]);
        await Eventually.Is(() => Processes.State(pid) == 'T', "the command has stopped");
        Assert.Equal(0, Libc.Kill(pid, 18));

        Assert.Equal(new CommandEnding(EndingKind.Exited, 3), (await running).Ending);
    }

    [Fact]
    public async Task The_program_itself_may_be_the_line()
    {
        using var host = new PoolHost(["{}", "x"]);

        var found = await host.RunAsync("echo");
        var missing = await host.RunAsync("no-such-program-anywhere");

        Assert.True(found.Ending.IsSuccess, found.Error);
        Assert.Equal(EndingKind.NotFound, missing.Ending.Kind);
        Assert.Equal("x\n", host.OutputText);
    }
}
