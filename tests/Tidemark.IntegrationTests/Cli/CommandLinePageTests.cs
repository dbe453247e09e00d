using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Tidemark.Cli;
using Xunit;

namespace Tidemark.IntegrationTests.Cli;

/// <summary>The page that scripts are written by says what the program does.</summary>
public sealed partial class CommandLinePageTests
{
    /// <summary>The rows of the page's JSON table: each type and the names that its objects may have.</summary>
    internal static Dictionary<string, HashSet<string>> DocumentedObjects()
    {
        var all = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var row in Page().Split('\n').SkipWhile(line => !line.StartsWith("| type |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|')))
        {
            var cells = row.Split('|');
            string[] types = [.. Codes(cells[1])];
            var fields = cells[3].Split(';');
            for (var at = 0; at < types.Length; at++)
            {
                var mine = fields.Length == types.Length ? [fields[at]] : fields;
                all[types[at]] = [.. mine.SelectMany(Codes), "type"];
            }
        }
        return all;
    }

    [Fact]
    public void Every_exit_code_is_on_the_page_and_no_other()
    {
        var table = Page().Split('\n').SkipWhile(line => !line.StartsWith("| code |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'));
        var told = table.SelectMany(row => row.Split('|')[1].Split(',')).Select(code => int.Parse(code, CultureInfo.InvariantCulture));

        Assert.Equal(typeof(ExitCode).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Select(code => (int)code.GetRawConstantValue()!).Order(), told.Order());
    }

    [Fact]
    public void The_variables_on_the_page_are_those_that_are_set_and_read()
    {
        string[] known = [Tidemark.Cli.Spawning.CommandEnvironment.ItemKey, Tidemark.Cli.Spawning.CommandEnvironment.Attempt, Tidemark.Cli.Commands.GlobalOptions.StoreVariable];

        Assert.Equal(known.Order(), Codes(Page()).Where(code => code.StartsWith("TIDEMARK_", StringComparison.Ordinal)).Distinct().Order());
    }

    static IEnumerable<string> Codes(string text) => Code().Matches(text).Select(match => match.Groups["code"].Value);

    static string Page()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "docs", "command-line.md"))) directory = directory.Parent!;
        return File.ReadAllText(Path.Combine(directory.FullName, "docs", "command-line.md"));
    }

    [GeneratedRegex("`(?<code>[^`\n]+)`", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Code();
}
