using Xunit;

namespace Tidemark.Tests.Running.Sources;

public sealed class JsonLinesTests
{
    sealed record Sim(string Iccid, int Plan = 0)
    {
        public int Plan { get; } = Plan >= 0 ? Plan : throw new InvalidOperationException("a plan is not negative");
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static Source<Sim, LinePosition> Of(InputFile file) => JsonLines.Of<Sim>(file.Path, sim => sim.Iccid);

    [Fact]
    public async Task Each_line_is_a_value_and_lines_of_white_space_are_passed_over()
    {
        using var file = new InputFile("\uFEFF{\"iccid\":\"1\",\"plan\":3}\r\n \t\r\n\n{\"Iccid\":\"2\"}");
        await using var reader = await Of(file).OpenAsync(Reading.Beginning<LinePosition>(), Token);
        Assert.Equal([new("1", 3), new("2")], (await reader.RestAsync()).Select(item => item.Value));
        Assert.Equal(2, reader.Count);
    }

    [Theory]
    [InlineData("""{"iccid":"2" """, "is not the JSON of a Sim")]
    [InlineData("[]", "is not the JSON of a Sim")]
    [InlineData("null", "is null")]
    [InlineData("{}", "has no key")]
    [InlineData("""{"iccid":""}""", "has no key")]
    [InlineData("""{"iccid":"2","plan":-1}""", "makes no Sim with a key: a plan is not negative")]
    public async Task A_broken_line_is_handed_out_with_its_fault_and_its_bytes_and_the_stream_goes_on(string broken, string fault)
    {
        using var file = new InputFile($"{{\"iccid\":\"1\"}}\n{broken}\n{{\"iccid\":\"3\"}}\n");
        var items = await Of(file).AllAsync();
        Assert.Equal(["1", "offset:14", "3"], items.Keys());
        Assert.IsType<QuarantineItemException>(items[1].Fault);
        Assert.Contains($"Line 2 of '{file.Path}' {fault}", items[1].Fault!.Message);
        Assert.Equal(broken, System.Text.Encoding.UTF8.GetString(items[1].RawPayload!));
        Assert.Null(items[2].Fault);
        Assert.Null(items[2].RawPayload);
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_are_a_broken_line_kept_as_they_are()
    {
        byte[] broken = [.. "{\"iccid\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        using var file = new InputFile([.. broken, (byte)'\n']);
        Assert.Equal(broken, Assert.Single(await Of(file).AllAsync()).RawPayload);
    }

    [Fact]
    public async Task A_key_function_that_throws_breaks_its_line_only()
    {
        using var file = new InputFile("\"a\"\n\"\"\n");
        var items = await JsonLines.Of<string>(file.Path, text => text.Substring(0, 1)).AllAsync();
        Assert.Null(items[0].Fault);
        Assert.NotNull(items[1].Fault);
    }

    [Fact]
    public async Task From_every_position_the_rest_is_read_broken_lines_included()
    {
        using var file = new InputFile("{\"iccid\":\"1\"}\n\noops\n{\"iccid\":\"3\"}\n{\"iccid\":\"4\"}");
        await Reading.EveryResumeGivesTheRestAsync(() => Of(file), 4);
    }

    [Fact]
    public async Task Another_file_under_the_same_name_is_refused()
    {
        using var file = new InputFile("{\"iccid\":\"1\"}\n{\"iccid\":\"2\"}\n");
        await using var reader = await Of(file).OpenAsync(Reading.Beginning<LinePosition>(), Token);
        var first = Assert.Single(await reader.RestAsync(atMost: 1));
        var fingerprint = reader.Fingerprint;
        file.Write("{\"iccid\":\"9\"}\n{\"iccid\":\"2\"}\n");
        Assert.Contains("another input under the same name", await Reading.FaultAsync(() => Of(file).AllAsync(Reading.After(first.After, fingerprint))));
    }
}
