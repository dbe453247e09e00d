using System.Security.Cryptography;
using Xunit;

namespace Tidemark.Tests.Running.Sources;

public sealed class LinesByContentTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static async Task<List<string>> KeysAsync(string text)
    {
        using var file = new InputFile(text);
        return [.. (await Lines.ByContent(file.Path).AllAsync()).Keys()];
    }

    [Fact]
    public async Task A_key_is_a_hash_of_the_bytes_and_the_occurrence()
    {
        var hash = Convert.ToBase64String(SHA256.HashData("a"u8).AsSpan(0, 16)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        Assert.Equal([$"{hash}:1", $"{hash}:2", $"{hash}:3"], await KeysAsync("a\na\r\n\na"));
    }

    [Fact]
    public async Task A_line_inserted_at_the_top_leaves_all_other_keys_as_they_were()
    {
        var before = await KeysAsync("a\nb\na\n");
        var after = await KeysAsync("new\na\nb\na\n");
        Assert.Equal(before, after.Skip(1));
        Assert.DoesNotContain(after[0], before);
    }

    [Fact]
    public async Task Moved_lines_keep_their_keys() =>
        Assert.Equal((await KeysAsync("a\nb\nc\nb\n")).Order(), (await KeysAsync("b\nb\nc\na\n")).Order());

    [Theory]
    [InlineData("")]
    [InlineData("\n\r\n")]
    [InlineData("\uFEFF")]
    public async Task An_input_without_lines_ends_at_once(string text) => Assert.Empty(await KeysAsync(text));

    [Fact]
    public async Task The_lines_are_counted_and_numbered_before_the_first_is_read()
    {
        using var file = new InputFile("\uFEFFa\n\nb\na");
        var source = Lines.ByContent(file.Path);
        Assert.Equal(SourceKind.ByKey, source.Kind);
        await using var reader = await source.OpenAsync(Reading.Beginning<LinePosition>(), Token);
        Assert.Equal(3, reader.Count);
        Assert.Equal([(1, "a"), (3, "b"), (4, "a")], (await reader.RestAsync()).Select(item => (item.Value.Number, item.Value.Text)));
    }

    [Fact]
    public async Task It_is_read_from_the_start_whatever_position_was_saved()
    {
        using var file = new InputFile("a\nb\n");
        Assert.Equal(2, (await Lines.ByContent(file.Path).AllAsync(Reading.After(new LinePosition(2, 1)))).Count);
    }

    [Theory]
    [InlineData(5_000, 1)]
    [InlineData(20_000, 3)]
    [InlineData(60_000, 1_000)]
    [InlineData(120_000, 150_000)]
    public async Task Occurrences_are_right_where_they_do_not_fit_in_memory(int lines, int kinds)
    {
        // More than the partitions hold in memory, so that whole chunks of them go through the temporary file.
        using var file = new InputFile();
        await using (var text = new StreamWriter(file.Path))
        {
            var random = new Random(11);
            for (var i = 0; i < lines; i++) await text.WriteLineAsync($"line {random.Next(kinds)}");
        }
        var seen = new Dictionary<string, int>();
        await using var reader = await Lines.ByContent(file.Path, new() { SpillDirectory = file.Folder }).OpenAsync(Reading.Beginning<LinePosition>(), Token);
        Assert.Equal(lines, reader.Count);
        do
        {
            while (reader.TryRead(out var item))
            {
                var nth = seen[item.Value.Text] = seen.GetValueOrDefault(item.Value.Text) + 1;
                if (item.Key.Length != 23 + $"{nth}".Length || item.Key.AsSpan(22) is not [':', .. var number] || int.Parse(number) != nth)
                    Assert.Fail($"{item.Value.Text} for the {nth}th time has the key {item.Key}");
            }
        }
        while (await reader.FillAsync(Token));
        Assert.Equal(lines, seen.Values.Sum());
        Assert.Equal([file.Path], Directory.GetFiles(file.Folder));
    }

    [Fact]
    public async Task A_folder_for_temporary_files_that_cannot_be_written_is_named_with_the_option()
    {
        using var file = new InputFile(string.Concat(Enumerable.Repeat("same\n", 2_000)));
        var fault = await Assert.ThrowsAsync<TidemarkException>(() => Lines.ByContent(file.Path, new() { SpillDirectory = "/no/such/folder" }).AllAsync());
        Assert.Contains("/no/such/folder", fault.Message);
        Assert.Contains("LineOptions.SpillDirectory", fault.Message);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_refused_before_the_first_item() =>
        Assert.Contains("Line 2 of", await Reading.FaultAsync(async () =>
        {
            using var file = new InputFile("a\n1234567890\n");
            await Lines.ByContent(file.Path, new() { MaxLineBytes = 9 }).OpenAsync(Reading.Beginning<LinePosition>(), Token);
        }));

    [Fact]
    public async Task Lines_appended_while_it_runs_wait_for_the_next_run()
    {
        using var file = new InputFile("a\nb");
        await using var reader = await Lines.ByContent(file.Path).OpenAsync(Reading.Beginning<LinePosition>(), Token);
        file.Append("c\nd\n");
        Assert.Equal(["a", "b"], (await reader.RestAsync()).Select(item => item.Value.Text));
    }

    [Theory]
    [InlineData("a\nX\nc\n", "3 lines were counted, 3 were read, with other contents")]
    [InlineData("a\nb\n", "3 lines were counted, 2 were read")]
    public async Task A_file_changed_in_place_while_it_runs_is_told_at_its_end(string changed, string fault)
    {
        using var file = new InputFile("a\nb\nc\n");
        await using var reader = await Lines.ByContent(file.Path).OpenAsync(Reading.Beginning<LinePosition>(), Token);
        file.Write(changed);
        Assert.Contains(fault, await Reading.FaultAsync(() => reader.RestAsync()));
    }

    [Fact]
    public async Task Two_streams_may_keep_their_temporary_files_in_one_folder()
    {
        using var file = new InputFile(string.Concat(Enumerable.Repeat("same\n", 2_000)));
        var source = Lines.ByContent(file.Path, new() { SpillDirectory = file.Folder });
        await using var one = await source.OpenAsync(Reading.Beginning<LinePosition>(), Token);
        await using var other = await source.OpenAsync(Reading.Beginning<LinePosition>(), Token);
        Assert.EndsWith(":2000", (await one.RestAsync())[^1].Key);
        Assert.EndsWith(":2000", (await other.RestAsync())[^1].Key);
    }
}
