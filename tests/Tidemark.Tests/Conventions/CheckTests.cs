using System.Diagnostics;
using Xunit;

namespace Tidemark.Tests.Conventions;

/// <summary>The real <c>./check</c> in a tree of its own, where the SDK and the suites are small scripts: whatever happens, it counts.</summary>
public sealed class CheckTests : IDisposable
{
    readonly string root = Directory.CreateTempSubdirectory("tidemark-check-").FullName;
    readonly string tools;

    public CheckTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "./check is a script for bash.");
        tools = Directory.CreateDirectory(Path.Combine(root, "tools")).FullName;
        File.Copy(Path.Combine(Repository.Root, "check"), Path.Combine(root, "check"));
        Script("tools/dotnet", "exit 0");
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task It_adds_up_the_suites()
    {
        Suite("A.Tests", Text("A.Tests", 10, 0, 2, 1, 3), 1);
        Suite("B.Tests", Text("B.Tests", 5, 0, 0, 0, 0), 0);
        await Ends("9 passed, 2 failed", 1);
    }

    [Fact]
    public async Task It_succeeds_when_all_pass()
    {
        Suite("A.Tests", Text("A.Tests", 3, 0, 0, 0, 0), 0);
        Assert.Matches(@"A\.Tests took \d+ s", await Ends("3 passed, 0 failed", 0));
    }

    [Fact]
    public async Task A_clean_up_that_failed_counts_beside_the_tests()
    {
        Suite("A.Tests", Text("A.Tests", 3, 1, 0, 0, 0), 1);
        await Ends("3 passed, 1 failed", 1);
    }

    [Fact]
    public async Task A_suite_that_dies_is_a_failure()
    {
        Suite("A.Tests", "Total: 7, Errors: 0, Failed: 0 says a test\n", 134);
        Assert.Contains("A.Tests did not finish, or had no test to run (exit code 134)", await Ends("0 passed, 1 failed", 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suite_that_ends_badly_after_its_summary_is_a_failure()
    {
        Suite("A.Tests", Text("A.Tests", 3, 0, 0, 0, 0), 139);
        await Ends("3 passed, 1 failed", 1);
    }

    [Fact]
    public async Task A_suite_without_a_test_is_a_failure()
    {
        Suite("A.Tests", "=== TEST EXECUTION SUMMARY ===\n   A.Tests  Total: 0\n", 0);
        await Ends("0 passed, 1 failed", 1);
    }

    [Fact]
    public async Task A_suite_that_was_not_built_is_a_failure()
    {
        Suite("A.Tests", Text("A.Tests", 3, 0, 0, 0, 0), 0);
        Project("B.Tests");
        Assert.Contains("B.Tests was not built", await Ends("3 passed, 1 failed", 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_build_is_a_failure()
    {
        Suite("A.Tests", Text("A.Tests", 3, 0, 0, 0, 0), 0);
        Script("tools/dotnet", "[ \"$1\" = build ] && exit 1; exit 0");
        await Ends("0 passed, 1 failed", 1);
    }

    [Fact]
    public async Task Without_suites_nothing_is_proven() => await Ends("0 passed, 1 failed", 1);

    [Fact]
    public async Task A_missing_sdk_is_named()
    {
        File.Delete(Path.Combine(tools, "dotnet"));
        Assert.Contains("the .NET 10 SDK is missing", await Ends("0 passed, 1 failed", 1, path: tools + ":" + Basics()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_sdk_that_is_too_old_is_named()
    {
        Script("tools/dotnet", "echo 'A compatible .NET SDK was not found.'; exit 145");
        Assert.Contains("does not satisfy global.json", await Ends("0 passed, 1 failed", 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_argument_is_refused() => await Ends("0 passed, 1 failed", 2, argument: "--fast");

    [Fact]
    public async Task A_suite_that_hangs_is_stopped_with_all_that_it_started()
    {
        Script("tests/A.Tests/bin/Release/net10.0/A.Tests", $"sleep 1000 & echo $! > {root}/orphan; wait");
        Project("A.Tests");
        Assert.Contains("A.Tests was stopped after 1 s", await Ends("0 passed, 1 failed", 1, limit: "1"), StringComparison.Ordinal);
        await OrphanGone();
    }

    [Fact]
    public async Task An_interrupted_check_still_counts_and_leaves_no_suite_behind()
    {
        // The suite stops its own check, so that the signal comes while it runs.
        Script("tests/A.Tests/bin/Release/net10.0/A.Tests", $"echo $$ > {root}/orphan; kill -TERM $(cat {root}/check.pid); sleep 1000");
        Project("A.Tests");
        Assert.Contains("interrupted", await Ends("0 passed, 1 failed", 143), StringComparison.Ordinal);
        await OrphanGone();
    }

    async Task<string> Ends(string lastLine, int exitCode, string? path = null, string? limit = null, string argument = "")
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", $"echo $$ > {root}/check.pid; exec {root}/check {argument}"])
        {
            WorkingDirectory = Path.GetTempPath(), RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["PATH"] = path ?? $"{tools}:{Environment.GetEnvironmentVariable("PATH")}";
        if (limit is not null) start.Environment["CHECK_SUITE_SECONDS"] = limit;
        using var check = Process.Start(start)!;
        var (output, errors) = (check.StandardOutput.ReadToEndAsync(), check.StandardError.ReadToEndAsync());
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((lastLine, exitCode), ((await output).TrimEnd().Split('\n')[^1], check.ExitCode));
        return await output + await errors;
    }

    // A killed process may be seen until its parent has buried it.
    async Task OrphanGone()
    {
        var process = int.Parse(await File.ReadAllTextAsync(Path.Combine(root, "orphan"), TestContext.Current.CancellationToken));
        for (var stat = $"/proc/{process}/stat"; IsAlive(stat);) await Task.Delay(10, TestContext.Current.CancellationToken);
    }

    static bool IsAlive(string stat)
    {
        try { return !File.ReadAllText(stat).Contains(") Z ", StringComparison.Ordinal); }
        catch (IOException) { return false; } // gone between the look and the read
    }

    /// <summary>A folder with the tools that the script uses and nothing else.</summary>
    string Basics()
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, "basics")).FullName;
        foreach (var tool in new[] { "env", "bash", "dirname", "basename", "mktemp", "tee", "grep", "tail", "cat", "rm", "timeout" })
            File.CreateSymbolicLink(Path.Combine(folder, tool), new[] { "/usr/bin/", "/bin/" }.Select(bin => bin + tool).First(File.Exists));
        return folder;
    }

    static string Text(string name, int total, int errors, int bad, int skipped, int idle) => 
        $"=== TEST EXECUTION SUMMARY ===\n   {name}  Total: {total}, Errors: {errors}, Failed: {bad}, Skipped: {skipped}, Not Run: {idle}, Time: 0.1s\n";

    void Suite(string name, string output, int code)
    {
        Script($"tests/{name}/bin/Release/net10.0/{name}", $"cat <<'END'\n{output}END\nexit {code}");
        Project(name);
    }

    void Project(string name)
    {
        Directory.CreateDirectory(Path.Combine(root, "tests", name));
        File.WriteAllText(Path.Combine(root, "tests", name, name + ".csproj"), "<Project/>");
    }

    void Script(string file, string text)
    {
        var path = Path.Combine(root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "#!/bin/bash\n" + text + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
