using System.Text.RegularExpressions;
using Xunit;

namespace Tidemark.Tests.Conventions.Docs;

/// <summary>Commands that a reader is told to type name projects and scripts that exist.</summary>
public sealed partial class CommandTests
{
    static readonly string[] Shells = ["sh", "bash", "console", "shell"];

    [Fact]
    public void Commands_name_what_exists() => Breaches.None(
        from page in Markdown.Pages
        from block in Markdown.Of(page).Blocks
        where Shells.Contains(block.Language)
        from line in block.Text.Split('\n')
        from path in PathsOf(line)
        where !Repository.Exists(path)
        select $"{page}:{block.Line}: '{line.Trim()}' names {path}, which does not exist",
        "name the project or script as it is called now.");

    [Theory]
    [InlineData("$ dotnet run --project samples/SimReconciliation -- --sims 100", "samples/SimReconciliation")]
    [InlineData("dotnet run -c Release --project=bench/Tidemark.Benchmarks", "bench/Tidemark.Benchmarks")]
    [InlineData("dotnet build src/Tidemark.Cli/Tidemark.Cli.csproj -c Release", "src/Tidemark.Cli/Tidemark.Cli.csproj")]
    [InlineData("TIDEMARK_FAULT=x ./check && ./nowhere", "check", "nowhere")]
    [InlineData("tidemark run --in files.txt -- ./process.sh {}")]
    [InlineData("dotnet add package Tidemark")]
    public void The_paths_of_a_command_are_read(string line, params string[] paths) => Assert.Equal(paths, PathsOf(line));

    // What stands after "--" is the user's own command.
    static IEnumerable<string> PathsOf(string line)
    {
        var command = line.Split(" -- ")[0];
        return Projects().Matches(command).Concat(Scripts().Matches(command)).Select(match => match.Groups["path"].Value);
    }

    [GeneratedRegex(@"--project[ =](?<path>[^\s'""]+)|\bdotnet (?:build|test|pack|publish) (?<path>[^\s-][^\s]*)")]
    private static partial Regex Projects();

    [GeneratedRegex(@"(?<=^|\s)\./(?<path>[\w./-]+)")]
    private static partial Regex Scripts();
}
