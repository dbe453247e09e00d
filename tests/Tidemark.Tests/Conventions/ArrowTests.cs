using System.Xml.Linq;
using Tidemark.Tests.Conventions.Compiled;
using Xunit;

namespace Tidemark.Tests.Conventions;

/// <summary>Which project may know which: arrows point one way, and a new project comes only with a new dependency.</summary>
public sealed class ArrowTests
{
    static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Tidemark"] = [],
        ["Tidemark.Sqlite"] = ["Tidemark"],
        ["Tidemark.PostgreSql"] = ["Tidemark"],
        ["Tidemark.Dashboard"] = ["Tidemark"],
        ["Tidemark.Cli"] = ["Tidemark", "Tidemark.Sqlite", "Tidemark.PostgreSql", "Tidemark.Dashboard"],
    };

    [Fact]
    public void Shipped_projects_know_only_what_the_table_allows() => Breaches.None(
        from project in Projects("src")
        from known in References(project, "ProjectReference")
        where !Arrows.GetValueOrDefault(NameOf(project), []).Contains(NameOf(known))
        select $"{project} references {NameOf(known)}",
        "turn the arrow round, or hand the data over through the core; ArrowTests.Arrows has the allowed ones.");

    [Fact]
    public void Every_shipped_project_is_in_the_table() => Breaches.None(
        Repository.Shipped.Where(name => !Arrows.ContainsKey(name)).Select(name => $"src/{name} is not in ArrowTests.Arrows"),
        "a new project comes only with a new dependency: add it with its arrows, or make it a folder.");

    [Fact]
    public void Nothing_but_tests_knows_the_command_line() => Breaches.None(
        from project in Projects("src").Concat(Projects("samples")).Concat(Projects("bench"))
        where References(project, "ProjectReference").Any(known => NameOf(known) == "Tidemark.Cli")
        select $"{project} references Tidemark.Cli",
        "move what it needs into the core.");

    [Fact]
    public void The_core_needs_the_framework_and_abstractions_only()
    {
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var packages = References("src/Tidemark/Tidemark.csproj", "PackageReference");
        Assert.Contains("Microsoft.Extensions.Hosting.Abstractions", packages);
        Breaches.None(
            CompiledAssembly.Load("Tidemark").References.Where(name => !IsAbstraction(name) && !File.Exists(Path.Combine(framework, name + ".dll")))
                .Concat(packages.Where(name => !IsAbstraction(name))).Select(name => $"Tidemark needs {name}"),
            "the core takes nothing but Microsoft.Extensions.*.Abstractions: use what the framework has, or do it at the edge.");
    }

    static bool IsAbstraction(string name) =>
        name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) && name.EndsWith(".Abstractions", StringComparison.Ordinal);

    static IEnumerable<string> Projects(string folder) => Repository.Files(folder, ".csproj");

    static string NameOf(string project) => Path.GetFileNameWithoutExtension(project.Replace('\\', '/'));

    /// <summary>What a project refers to; a package for the build alone (analyzers, PrivateAssets) is not part of what ships.</summary>
    static string[] References(string project, string kind) =>
    [
        .. XDocument.Parse(Repository.Read(project)).Descendants(kind)
            .Where(reference => reference.Attribute("PrivateAssets")?.Value != "all").Select(reference => reference.Attribute("Include")!.Value),
    ];
}
