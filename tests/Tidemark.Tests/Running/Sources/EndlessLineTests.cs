using Xunit;

namespace Tidemark.Tests.Running.Sources;

/// <summary>Runs after the other tests, with none beside it: what it measures is what the whole process allocates, for a reader goes on in whatever thread is free.</summary>
[CollectionDefinition(nameof(EndlessLineTests), DisableParallelization = true)]
[Collection(nameof(EndlessLineTests))]
public sealed class EndlessLineTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_gigabyte_of_one_line_is_refused_after_the_lines_before_it_and_is_never_in_memory()
    {
        using var file = new InputFile("first\n");
        await using (var sparse = new FileStream(file.Path, FileMode.Append)) sparse.SetLength(1L << 30);
        await using var reader = await Lines.ByOffset(file.Path).OpenAsync(Reading.Beginning<LinePosition>(), Token);
        Assert.Equal("first", Assert.Single(await reader.RestAsync(atMost: 1)).Value.Text);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Contains("Line 2 of", await Reading.FaultAsync(() => reader.RestAsync()));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 200 << 20);
    }
}
