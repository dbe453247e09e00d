using System.Text;
using System.Text.Json;
using Xunit;

namespace Tidemark.Tests.Running.Sources;

public sealed class InputLineTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("quote \" backslash \\ tab \t é 漢 😀 \u0001")]
    public void A_line_of_text_stays_the_same_through_json_and_can_be_read_in_it(string text)
    {
        var json = JsonSerializer.Serialize(new InputLine(Encoding.UTF8.GetBytes(text), 7));
        var back = JsonSerializer.Deserialize<InputLine>(json)!;
        Assert.Equal(text, back.Text);
        Assert.Equal(7, back.Number);
        Assert.Equal(text, JsonDocument.Parse(json).RootElement.GetProperty("text").GetString());
    }

    [Fact]
    public void Every_sequence_of_two_bytes_stays_the_same_through_json()
    {
        for (var pair = 0; pair < 65_536; pair++)
        {
            byte[] bytes = [(byte)(pair >> 8), (byte)pair];
            var back = JsonSerializer.Deserialize<InputLine>(JsonSerializer.SerializeToUtf8Bytes(new InputLine(bytes, pair)))!;
            Assert.True(back.Bytes.Span.SequenceEqual(bytes), $"{pair:x4}");
        }
    }

    [Theory]
    [InlineData("7")]
    [InlineData("""{"number":1}""")]
    [InlineData("""{"number":1,"text":5}""")]
    [InlineData("""{"number":1,"text":null}""")]
    public void What_is_no_line_is_refused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<InputLine>(json));

    [Fact]
    public void What_a_later_version_adds_is_passed_over() =>
        Assert.Equal("a", JsonSerializer.Deserialize<InputLine>("""{"later":{"x":[1]},"text":"a","number":2}""")!.Text);
}
