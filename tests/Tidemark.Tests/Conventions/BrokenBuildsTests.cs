using System.Text.RegularExpressions;
using Xunit;

namespace Tidemark.Tests.Conventions;

/// <summary>
/// The builds that are broken on purpose (tests/Broken, shown to be caught by <c>./check --broken</c>) rot unseen if nobody looks: each must fit the
/// sources as they are, name tests that exist, and stand in the guarantees under the promise that it breaks.
/// </summary>
public sealed partial class BrokenBuildsTests
{
    const string Folder = "tests/Broken";
    const string Page = "docs/guarantees.md";

    static IEnumerable<string> Patches => Repository.Files(Folder, ".patch");

    [Fact]
    public void Each_fits_the_sources()
    {
        Assert.NotEmpty(Patches);
        Breaches.None(
            from patch in Patches
            from hunk in Hunks(patch)
            where !Repository.Exists(hunk.File) || !Repository.Read(hunk.File).Contains(hunk.Before, StringComparison.Ordinal)
            select $"{patch}: {hunk.File} does not contain\n{hunk.Before}",
            "make the same defect in the sources as they are now, and write the patch anew (git diff -U1)");
    }

    [Fact]
    public void Each_names_tests_that_exist() => Breaches.None(
        from patch in Patches
        let caught = Header(patch, "Caught by").Split(' ')
        from pattern in caught.Skip(1).Where(word => word != "-class")
        where !Repository.Files($"tests/{caught[0]}", ".cs").Any(file => Repository.Read(file).Contains($"class {pattern.TrimStart('*')}", StringComparison.Ordinal))
        select $"{patch}: there is no class {pattern} in tests/{caught[0]}",
        "name the class of tests that turns red");

    [Fact]
    public void Each_stands_under_its_guarantee() => Breaches.None(
        from patch in Patches
        let guarantee = Header(patch, "Guarantee")
        where !Section(guarantee).Contains($"(../{patch})", StringComparison.Ordinal)
        select $"{patch}: {Page} does not link it under {guarantee}",
        "add it to the line \"Broken on purpose\" of that guarantee");

    static string Header(string patch, string name) =>
        Array.Find(Repository.Lines(patch), line => line.StartsWith($"{name}: ", StringComparison.Ordinal))?[(name.Length + 2)..]
        ?? throw new InvalidDataException($"{patch} has no line \"{name}: …\" at its head.");

    static string Section(string guarantee) =>
        Array.Find(Repository.Read(Page).Split("\n## "), section => section.StartsWith($"{guarantee}:", StringComparison.Ordinal)) ?? "";

    // What each hunk expects to find: its kept and its removed lines.
    static IEnumerable<(string File, string Before)> Hunks(string patch)
    {
        var text = Repository.Read(patch);
        foreach (var file in text[text.IndexOf("--- a/", StringComparison.Ordinal)..].Split("--- a/", StringSplitOptions.RemoveEmptyEntries))
        {
            var name = file[..file.IndexOf('\n', StringComparison.Ordinal)];
            foreach (var hunk in HunkHeads().Split(file).Skip(1))
                yield return (name, string.Join("\n", hunk.TrimEnd('\n').Split('\n').Where(line => line is [' ' or '-', ..]).Select(line => line[1..])));
        }
    }

    [GeneratedRegex("^@@ .*\n", RegexOptions.Multiline)]
    private static partial Regex HunkHeads();
}
