using Tidemark.Cli.Output;
using Tidemark.Cli.Spawning;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Output;

public sealed class TornLineTests : IDisposable
{
    readonly string _path = Path.GetTempFileName();

    [Theory]
    [InlineData("whole\nhal", true, "whole\nhal\n")]
    [InlineData("whole\n", false, "whole\n")]
    [InlineData("", false, "")]
    public void Only_a_last_line_without_an_end_is_ended(string before, bool ended, string after)
    {
        File.WriteAllText(_path, before);
        using (var file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
            Assert.Equal(ended, TornLine.End((int)file.SafeFileHandle.DangerousGetHandle()));

        Assert.Equal(after, File.ReadAllText(_path));
    }

    [Fact]
    public void A_file_that_is_written_over_from_its_start_is_left_alone()
    {
        File.WriteAllText(_path, "half");
        using (var file = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            Assert.False(TornLine.End((int)file.SafeFileHandle.DangerousGetHandle()));

        Assert.Equal("half", File.ReadAllText(_path));
    }

    [Fact]
    public void A_pipe_has_no_last_line()
    {
        var (read, write) = Descriptors.OpenPipe();

        Assert.False(TornLine.End(write));
        Assert.False(TornLine.End(Descriptors.None));

        Descriptors.Close(ref read);
        Descriptors.Close(ref write);
    }

    public void Dispose() => File.Delete(_path);
}
