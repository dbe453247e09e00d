using System.Text;
using Tidemark.Cli.Commands;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Commands;

public sealed class CommandBytesTests
{
    static readonly byte[] Raw = [.. "tidemark\0run\0--\0cat\0a"u8, 0xff, .. "b\0\0"u8];

    [Fact]
    public void An_argument_that_is_not_text_keeps_its_bytes() =>
        Assert.Equal([Bytes("cat"), [(byte)'a', 0xff, (byte)'b'], []], CommandBytes.Of(["cat", "a\uFFFDb", ""], Raw));

    [Theory]
    [InlineData("cat", "a\uFFFDc")]
    [InlineData("1", "2", "3", "4", "5", "6", "\uFFFD")]
    [InlineData("dog", "a\uFFFDb", "")]
    public void What_the_kernel_has_otherwise_is_not_taken(params string[] command) =>
        Assert.Equal(command.Select(Bytes), CommandBytes.Of(command, Raw));

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
