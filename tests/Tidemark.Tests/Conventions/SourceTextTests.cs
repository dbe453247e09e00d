using System.Text.RegularExpressions;
using Xunit;

namespace Tidemark.Tests.Conventions;

/// <summary>What the text of the repository may not contain.</summary>
public sealed partial class SourceTextTests
{
    static readonly string[] Texts = [".cs", ".csproj", ".props", ".targets", ".slnx", ".sql", ".json", ".txt", ".sh", ".md", ".editorconfig", ""];

    /// <summary>Folders named by what was left over: they grow.</summary>
    static readonly string[] Leftovers = ["Internal", "Internals", "Util", "Utils", "Utilities", "Common", "Helper", "Helpers", "Model", "Models", "Misc", "Shared"];

    // In two parts, so that this file keeps its own law.
    static readonly Regex Marks = new(@"\b(?:TO" + "DO|FIX" + "ME|HA" + "CK|XX" + @"X)\b", RegexOptions.None, TimeSpan.FromSeconds(5));
    static readonly Regex Homes = new(@"(?<![\w.])(?:/home/\w|/Users/\w|/root/\w|[A-Z]:\\Users)", RegexOptions.None, TimeSpan.FromSeconds(5));

    [Fact]
    public void Nothing_is_left_for_later() => Breaches.None(
        Lines().Where(line => !line.File.EndsWith(".md", StringComparison.Ordinal) && Marks.IsMatch(line.Text)).Select(Show),
        "do it now, or write it down in the changelog as a limit.");

    [Fact]
    public void No_path_of_one_machine_is_written_down() => Breaches.None(
        Lines().Where(line => line.Text.Contains(Repository.Root + "/", StringComparison.Ordinal) || Homes.IsMatch(line.Text)).Select(Show),
        "make the path relative, or take it from the environment.");

    [Fact]
    public void No_folder_is_named_by_what_was_left_over() => Breaches.None(
        Repository.Files("", ".cs", ".sql", ".razor").Select(file => Path.GetDirectoryName(file)!)
            .Where(folder => folder.Split('/').Intersect(Leftovers, StringComparer.OrdinalIgnoreCase).Any()),
        "name the folder by what its files are for.");

    [Fact]
    public void Namespaces_are_folders() => Breaches.None(
        from file in Repository.Files("src", ".cs")
        let declared = Namespace().Match(Repository.Read(file))
        where declared.Success
        let space = declared.Groups["name"].Value
        let project = file.Split('/')[1]
        let folder = string.Join('.', file.Split('/')[1..^1])
        // A folder inside a stage may share the stage's namespace; a public noun may be written in the room that makes it and be of the root.
        let isWithin = space.Length > project.Length && folder.StartsWith(space + ".", StringComparison.Ordinal)
        let isNoun = space == project && PublicType().IsMatch(Repository.Read(file))
        // Registration stands where users look for it, as in every library that extends IServiceCollection.
        let isRegistration = (space == "Microsoft.Extensions.DependencyInjection" && file.EndsWith("ServiceCollectionExtensions.cs", StringComparison.Ordinal))
            || (space == "Tidemark" && file.EndsWith("Extensions.cs", StringComparison.Ordinal))
        where space != folder && !isWithin && !isNoun && !isRegistration
        select $"{file} declares namespace {space}, its folder is {folder}",
        "declare the folder's namespace, or its stage's: the stage arrows are checked by it. Only public nouns may be of the project's root.");

    [Fact]
    public void The_marks_are_recognised()
    {
        Assert.Matches(Marks, "// TO" + "DO: later");
        Assert.Matches(Homes, "cd /ho" + "me/ann/tidemark");
        Assert.DoesNotMatch(Homes, "${HOME}/tidemark, /usr/bin, tests/root/x");
        Assert.True(Lines().Count() > 1_000);
    }

    static IEnumerable<(string File, int Number, string Text)> Lines() =>
        Repository.Files("").Where(file => Texts.Contains(Path.GetExtension(file)) || Path.GetFileName(file) == ".editorconfig")
            .SelectMany(file => Repository.Lines(file).Select((text, index) => (file, index + 1, text)));

    static string Show((string File, int Number, string Text) line) => $"{line.File}:{line.Number}: {line.Text.Trim()}";

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^public ", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}
