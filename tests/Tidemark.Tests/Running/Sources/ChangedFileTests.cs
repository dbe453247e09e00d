using Xunit;

namespace Tidemark.Tests.Running.Sources;

/// <summary>A file that changed between two attempts: appended lines are fine, anything else is another input.</summary>
public sealed class ChangedFileTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Reads so many lines, then changes the file, then resumes where the first <paramref name="settled"/> were settled.</summary>
    static async Task<List<string>> ResumeAsync(string text, int read, int settled, Action<InputFile> change)
    {
        using var file = new InputFile(text);
        var source = Lines.ByOffset(file.Path);
        SourceStart<LinePosition> start;
        await using (var reader = await source.OpenAsync(Reading.Beginning<LinePosition>(), Token))
        {
            var items = await reader.RestAsync(atMost: read);
            start = settled == 0 ? Reading.Beginning<LinePosition>() with { Fingerprint = reader.Fingerprint } : Reading.After(items[settled - 1].After, reader.Fingerprint);
        }
        change(file);
        return [.. (await source.AllAsync(start)).Select(item => item.Value.Text)];
    }

    [Fact]
    public async Task Appended_lines_are_read() =>
        Assert.Equal(["b", "c"], await ResumeAsync("a\nb\n", read: 2, settled: 1, file => file.Append("c\n")));

    [Theory]
    [InlineData("\nc\n")]
    [InlineData("\r\nc\n")]
    public async Task A_last_line_may_get_its_end_later(string appended) =>
        Assert.Equal(["c"], await ResumeAsync("a\nb", read: 2, settled: 2, file => file.Append(appended)));

    [Fact]
    public async Task A_line_end_that_came_later_is_neither_counted_nor_numbered_again()
    {
        using var file = new InputFile("a\nb");
        var source = Lines.ByOffset(file.Path);
        await using var first = await source.OpenAsync(Reading.Beginning<LinePosition>(), Token);
        var start = Reading.After((await first.RestAsync())[^1].After, first.Fingerprint);
        file.Append("\nc\n");
        await using var second = await source.OpenAsync(start, Token);
        Assert.Equal(3, Assert.Single(await second.RestAsync()).Value.Number);
        Assert.Equal(3, second.Count);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public async Task A_last_line_that_was_handed_out_and_then_continued_is_another_input(int settled) =>
        Assert.Contains("has been continued since", await Reading.FaultAsync(() => ResumeAsync("a\nb", read: 2, settled, file => file.Append("c\n"))));

    [Fact]
    public async Task A_line_that_was_not_handed_out_may_still_change() =>
        Assert.Equal(["c", "new"], await ResumeAsync("a\nb\n", read: 1, settled: 1, file => file.Write("a\nc\nnew\n")));

    [Fact]
    public async Task A_truncated_file_is_refused()
    {
        var fault = await Reading.FaultAsync(() => ResumeAsync("aa\nbb\ncc\n", read: 2, settled: 1, file => file.Write("aa\nbb")));
        Assert.Contains("another input under the same name", fault);
        Assert.Contains("has 5 bytes, but 6 were already read", fault);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public async Task A_changed_line_that_was_handed_out_is_refused_even_if_none_before_it_is_settled(int settled) =>
        Assert.Contains("no longer the same", await Reading.FaultAsync(() => ResumeAsync("aa\nbb\ncc\n", read: 2, settled, file => file.Write("aa\nbX\ncc\n"))));

    [Theory]
    [InlineData(0)]
    [InlineData(64 * 1024 - 1)]
    [InlineData(-4 * 1024)]
    [InlineData(-1)]
    public async Task In_a_long_file_the_beginning_and_the_part_before_the_position_are_compared(int place)
    {
        var text = string.Concat(Enumerable.Repeat(new string('x', 99) + "\n", 2_000));
        await Reading.FaultAsync(() => ResumeAsync(text, read: 1_500, settled: 1_400, file =>
        {
            using var bytes = new FileStream(file.Path, FileMode.Open);
            bytes.Position = place < 0 ? 150_000 + place : place;
            bytes.WriteByte((byte)'X');
        }));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(4 * 1024 - 1)]
    [InlineData(4 * 1024)]
    [InlineData(20_000)]
    [InlineData(65_536)]
    [InlineData(100_000)]
    public async Task A_change_is_seen_at_every_length_that_was_read(int length)
    {
        // From the middle of the head to its end every byte counts, wherever the position is among the powers of two.
        foreach (var place in new[] { 0, Math.Min(length, 4_096) / 2, length - 1 })
        {
            var lines = string.Concat(Enumerable.Repeat("x\n", length / 2));
            Assert.Contains("another input", await Reading.FaultAsync(() => ResumeAsync(lines, read: length / 2, settled: 1, file =>
            {
                var bytes = File.ReadAllBytes(file.Path);
                bytes[Math.Min(place, bytes.Length - 1)] ^= 1;
                file.Write(bytes);
            })));
        }
    }

    [Fact]
    public async Task A_fingerprint_of_another_kind_of_source_is_refused()
    {
        using var file = new InputFile("a\n");
        Assert.Contains("source of another kind", await Reading.FaultAsync(() => Lines.ByOffset(file.Path).AllAsync(Reading.After(new LinePosition(2, 1), "nonsense"))));
    }

    [Fact]
    public async Task A_position_behind_the_end_is_refused_also_without_a_fingerprint()
    {
        using var file = new InputFile("a\n");
        Assert.Contains("has 2 bytes, but 3 were", await Reading.FaultAsync(() => Lines.ByOffset(file.Path).AllAsync(Reading.After(new LinePosition(3, 1)))));
    }
}
