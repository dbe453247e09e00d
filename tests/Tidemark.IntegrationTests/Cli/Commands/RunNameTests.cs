using Tidemark.Cli.Commands;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Commands;

public sealed class RunNameTests
{
    [Fact]
    public void The_same_command_on_the_same_input_has_the_same_name_from_anywhere() => Assert.Equal(
        RunName.Derive(["sha256sum", "{}"], "ids.txt"),
        RunName.Derive(["sha256sum", "{}"], Path.GetFullPath("ids.txt")));

    [Fact]
    public void Another_argument_input_or_cut_between_arguments_is_another_name()
    {
        string[] names =
        [
            RunName.Derive(["sum", "a", "b"], "in"), RunName.Derive(["sum", "a b"], "in"), RunName.Derive(["sum", "a", "b"], "other"),
            RunName.Derive(["sum", "b", "a"], "in"), RunName.Derive(["sum", "a", "b"], "-"),
        ];

        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Theory]
    [InlineData("/usr/bin/sha256sum", "sha256sum-")]
    [InlineData("./my script.sh", "my-script.sh-")]
    [InlineData("失敗", "run-")]
    [InlineData("{}", "run-")]
    public void A_name_is_one_that_a_store_takes(string program, string start)
    {
        var name = RunName.Derive([program], "-");

        Assert.StartsWith(start, name);
        Assert.Null(Names.Fault(name, "name"));
    }
}
