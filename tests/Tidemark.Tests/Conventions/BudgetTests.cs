using Tidemark.Tests.Conventions.Compiled;
using Xunit;

namespace Tidemark.Tests.Conventions;

/// <summary>The budgets that keep every file one purpose long.</summary>
public sealed class BudgetTests(ITestOutputHelper output)
{
    const int LongestFile = 500, LongFile = 250, MedianFile = 80, LongestMethod = 70;

    static readonly Excuse[] Methods =
    [
    ];

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("samples")]
    [InlineData("bench")]
    public void Files_stay_within_their_budget(string folder)
    {
        var files = Repository.Files(folder, ".cs").Select(file => (Name: file, Lines: Repository.Lines(file).Length)).OrderByDescending(file => file.Lines).ToList();
        Assert.NotEmpty(files);
        var median = files[files.Count / 2].Lines;
        var allowed = (int)Math.Ceiling(files.Count * 0.05);
        var tooLong = files.Where(file => file.Lines > LongFile).ToList();
        output.WriteLine($"{folder}: {files.Count} files, median {median}, {tooLong.Count} over {LongFile} ({allowed} allowed), longest {files[0].Lines} ({files[0].Name})");

        var breaches = files.Where(file => file.Lines > LongestFile).Select(file => $"{file.Name} has {file.Lines} lines; none may have more than {LongestFile}").ToList();
        if (tooLong.Count > allowed)
            breaches.AddRange(tooLong.Select(file => $"{file.Name} has {file.Lines} lines; {tooLong.Count} of {files.Count} files have more than {LongFile}, {allowed} may (5 %)"));
        if (median > MedianFile) breaches.Add($"{folder}: the median file has {median} lines; at most {MedianFile}");
        Breaches.None(breaches, "give the second purpose of the file a file of its own.");
    }

    [Fact]
    public void Methods_stay_within_their_budget() => Breaches.None(
        from method in Measured()
        where method.Lines > LongestMethod && !Methods.Any(excuse => excuse.Covers(method.Name, ""))
        select $"{method.Place}: {method.Name} has {method.Lines} lines; at most {LongestMethod}",
        "let the branching stay in the parent and move the leaves into methods of their own.");

    [Theory]
    [InlineData("FourLines", 4)]
    [InlineData("ThreeAwaitedLines", 3)]
    [InlineData(".ctor", 2)]
    public void A_method_is_measured_from_its_first_to_its_last_statement(string name, int lines)
    {
        var control = $"{typeof(Controls.Measured).FullName}.{name}";
        // The braces may have instructions of their own, and a constructor has its head; the fields before it do not count.
        Assert.InRange(Measured().Where(method => method.Name == control).Max(method => method.Lines), lines, lines + 3);
    }

    // The hidden bodies of one method (its lambdas, its state machine) lie inside it or are measured for themselves.
    static IEnumerable<(string Name, int Lines, string Place)> Measured() =>
        from assembly in CompiledAssembly.Shipped.Append(CompiledAssembly.Load("Tidemark.Tests"))
        from method in assembly.Methods
        let span = method.Span()
        where span is not null && !span.Value.File.Contains("/obj/")
        select (method.Name, span.Value.Last - span.Value.First + 1, $"{span.Value.File}:{span.Value.First}");
}
