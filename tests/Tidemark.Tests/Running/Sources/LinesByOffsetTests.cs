using System.Text;
using Xunit;

namespace Tidemark.Tests.Running.Sources;

public sealed class LinesByOffsetTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static async Task<string[]> TextsAsync(string text)
    {
        using var file = new InputFile(text);
        return [.. (await Lines.ByOffset(file.Path).AllAsync()).Select(item => item.Value.Text)];
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("\n", "")]
    [InlineData("\n\r\n\n", "")]
    [InlineData("\uFEFF", "")]
    [InlineData("a", "a")]
    [InlineData("a\n", "a")]
    [InlineData("a\r\nb\r\n", "a|b")]
    [InlineData("a\nb", "a|b")]
    [InlineData("a\r\nb\r", "a|b")]
    [InlineData("\uFEFFa\nb\uFEFF\n", "a|b\uFEFF")]
    [InlineData("\n\na\n\n b \n", "a| b ")]
    [InlineData("a\rb\n", "a\rb")]
    public async Task Lines_end_with_lf_or_crlf_or_the_file_and_empty_ones_are_no_items(string text, string expected) =>
        Assert.Equal(expected.Length == 0 ? [] : expected.Split('|'), await TextsAsync(text));

    [Fact]
    public async Task A_line_is_keyed_by_its_byte_offset_and_knows_its_number()
    {
        using var file = new InputFile("é\n\r\nb\nc");
        var items = await Lines.ByOffset(file.Path).AllAsync();
        Assert.Equal(["0", "5", "7"], items.Keys());
        Assert.Equal([1, 3, 4], items.Select(item => item.Value.Number));
        Assert.Equal(new LinePosition(8, 4), items[^1].After);
    }

    [Theory]
    [InlineData("a\nbb\n\nccc\ndddd\n", 4)]
    [InlineData("a\r\n\r\nbb\r\nccc", 3)]
    [InlineData("\uFEFFa\nbb", 2)]
    public async Task From_every_position_the_rest_is_read(string text, int count)
    {
        using var file = new InputFile(text);
        await Reading.EveryResumeGivesTheRestAsync(() => Lines.ByOffset(file.Path), count);
    }

    [Fact]
    public async Task From_every_position_the_rest_is_read_over_many_blocks_too()
    {
        using var file = new InputFile(ManyLines(out var count));
        await Reading.EveryResumeGivesTheRestAsync(() => Lines.ByOffset(file.Path), count);
    }

    [Fact]
    public async Task Every_byte_comes_out_as_it_went_in_whatever_the_blocks_cut()
    {
        var random = new Random(7);
        var expected = Enumerable.Range(0, 3_000).Select(_ => Bytes(random)).Append(Bytes(random, 200_000)).Append(Bytes(random, 65_536)).Append(Bytes(random, 65_535)).Append([1]).ToList();
        using var file = new InputFile([.. expected.SelectMany(line => random.Next(2) == 0 ? [.. line, (byte)'\n'] : (byte[])[.. line, (byte)'\r', (byte)'\n'])]);
        var items = await Lines.ByOffset(file.Path).AllAsync();
        Assert.Equal(expected.Count, items.Count);
        for (var i = 0; i < expected.Count; i++) Assert.True(items[i].Value.Bytes.Span.SequenceEqual(expected[i]), $"line {i}");
        Assert.Equal(new FileInfo(file.Path).Length, items[^1].After.Offset);
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_go_on_as_they_are()
    {
        using var file = new InputFile([0xC3, 0x28, (byte)'\n', 0xFF, (byte)'\n']);
        var items = await Lines.ByOffset(file.Path).AllAsync();
        Assert.Equal([0xC3, 0x28], items[0].Value.Bytes.ToArray());
        Assert.Equal("\uFFFD(", items[0].Value.Text);
    }

    [Fact]
    public async Task The_count_is_of_the_whole_file_and_follows_what_is_appended()
    {
        using var file = new InputFile("a\n\nb\nc\n");
        var source = Lines.ByOffset(file.Path);
        await using var first = await source.OpenAsync(Reading.Beginning<LinePosition>(), Token);
        Assert.Equal(3, first.Count);
        var b = (await first.RestAsync(atMost: 2))[1];

        await using var second = await source.OpenAsync(Reading.After(b.After, first.Fingerprint), Token);
        Assert.Equal(3, second.Count);
        file.Append("d\n");
        Assert.Equal(["c", "d"], (await second.RestAsync()).Select(item => item.Value.Text));
        Assert.Equal(4, second.Count);
    }

    [Fact]
    public async Task A_file_beyond_the_limit_for_counting_has_no_count()
    {
        using var file = new InputFile("a\nb\n");
        await using var reader = await Lines.ByOffset(file.Path, new() { CountUpTo = 3 }).OpenAsync(Reading.Beginning<LinePosition>(), Token);
        Assert.Equal(2, (await reader.RestAsync()).Count);
        Assert.Null(reader.Count);
    }

    [Theory]
    [InlineData(10, "1234567890\n1234567890\r\n1234567890", null)]
    [InlineData(10, "\n12345678901\n", "Line 2 of")]
    [InlineData(10, "12345678901", "Line 1 of")]
    [InlineData(1, "a\nb\nc\nde\nf", "Line 4 of")]
    public async Task A_line_is_too_long_from_one_byte_beyond_the_limit(int limit, string text, string? fault)
    {
        using var file = new InputFile(text);
        var source = Lines.ByOffset(file.Path, new() { MaxLineBytes = limit, CountUpTo = 0 });
        if (fault is null)
        {
            Assert.Equal(3, (await source.AllAsync()).Count);
            return;
        }
        var message = await Reading.FaultAsync(() => source.AllAsync());
        Assert.Contains(fault, message);
        Assert.Contains("MaxLineBytes", message);
    }

    [Fact]
    public async Task The_longest_line_may_have_its_end_cut_by_a_block()
    {
        using var file = new InputFile(new string('x', 65_535) + "\r\n");
        Assert.Equal(65_535, Assert.Single(await Lines.ByOffset(file.Path, new() { MaxLineBytes = 65_535 }).AllAsync()).Value.Bytes.Length);
    }

    [Fact]
    public async Task A_pipe_is_refused_because_it_cannot_be_read_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs the named pipes of Unix");
        using var folder = new InputFile();
        var pipe = Path.Combine(folder.Folder, "pipe");
        using var made = System.Diagnostics.Process.Start("mkfifo", [pipe])!;
        await made.WaitForExitAsync(Token);
        var writing = Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Write), Token);
        Assert.Contains("read only once", await Reading.FaultAsync(() => Lines.ByOffset(pipe).AllAsync()));
        await (await writing).DisposeAsync();
    }

    [Fact]
    public async Task Errors_call_an_input_by_its_name_if_it_has_one()
    {
        using var file = new InputFile("too long");
        Assert.StartsWith("Line 1 of standard input, which", await Reading.FaultAsync(() => Lines.ByOffset(file.Path, new() { MaxLineBytes = 3, Name = "standard input" }).AllAsync()));
    }

    [Fact]
    public async Task A_file_that_is_not_there_says_so() =>
        Assert.Contains("no-such-file", (await Assert.ThrowsAsync<FileNotFoundException>(() => Lines.ByOffset("no-such-file").AllAsync())).Message);

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Lines.ByOffset("x", new() { MaxLineBytes = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Lines.ByOffset("x", new() { CountUpTo = -1 }));
    }

    internal static string ManyLines(out int count)
    {
        var text = new StringBuilder();
        for (count = 0; count < 150; count++) text.Append('x', count * 37 % 4_000).Append(count).Append(count % 3 == 0 ? "\r\n" : "\n");
        return text.ToString();
    }

    static byte[] Bytes(Random random, int? length = null)
    {
        var bytes = new byte[length ?? random.Next(1, 90)];
        random.NextBytes(bytes);
        for (var i = 0; i < bytes.Length; i++)
            if (bytes[i] is (byte)'\n' or (byte)'\r') bytes[i] = 0;
        return bytes;
    }
}
