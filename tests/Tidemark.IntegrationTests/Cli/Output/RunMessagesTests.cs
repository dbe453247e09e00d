using Tidemark.Cli.Output;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Output;

public sealed class RunMessagesTests
{
    static readonly RunBeginning Fresh = new()
    {
        Name = "hash",
        Input = "files.txt",
        Total = 1_000,
        SettledBefore = 0,
        Vanished = 0,
        FinishedBefore = false,
        Bound = "10 items",
    };

    [Fact]
    public void The_beginning_says_what_will_run()
    {
        Assert.Equal(["hash: 1 000 lines in files.txt; a stop redoes at most 10 items."], RunMessages.Begin(Fresh));
        Assert.Equal(["hash: resumed at 400 of 1 000; a stop redoes at most 10 items."], RunMessages.Begin(Fresh with { SettledBefore = 400 }));
        Assert.Equal(
            ["hash: all 1 000 lines of files.txt are done already; nothing new to run."],
            RunMessages.Begin(Fresh with { SettledBefore = 1_000, FinishedBefore = true }));
        Assert.Equal(
            ["hash: 1 new line in files.txt; 999 done before do not run again."],
            RunMessages.Begin(Fresh with { SettledBefore = 999, FinishedBefore = true }));
        Assert.Equal(["hash: files.txt has no lines; nothing to do."], RunMessages.Begin(Fresh with { Total = 0 }));
    }

    [Fact]
    public void Nothing_new_does_not_say_that_what_is_set_aside_is_done()
    {
        var finished = Fresh with { Total = 3, SettledBefore = 3, FinishedBefore = true };

        Assert.Equal(["hash: of 3 lines in files.txt 2 done, 1 in quarantine; nothing new to run."], RunMessages.Begin(finished with { Quarantined = 1 }));
        Assert.Equal(["hash: of 3 lines in files.txt 2 done, 1 given up; nothing new to run."], RunMessages.Begin(finished with { GivenUp = 1 }));
        Assert.Equal(["hash: of 3 lines in files.txt 2 done; 1 taken out of quarantine runs again."], RunMessages.Begin(finished with { Replayed = 1 }));
        Assert.Equal(
            ["hash: 1 new line in files.txt; 3 done or set aside before do not run again.", "hash: 1 line taken out of quarantine runs again, then the new ones."],
            RunMessages.Begin(finished with { Total = 4, Quarantined = 1, Replayed = 1 }));
    }

    [Fact]
    public void Lines_that_have_gone_are_told() => Assert.Equal(
        "hash: 2 lines that were done are no longer in files.txt; nothing is undone.",
        RunMessages.Begin(Fresh with { Vanished = 2, SettledBefore = 10 }).First());

    [Fact]
    public void Another_input_is_refused_with_all_three_ways_out()
    {
        var text = RunMessages.OtherInput(Fresh with { Vanished = 401 }, done: 412);

        Assert.Contains("of 412 lines done under this name, 401 (97 %) are no longer in it", text);
        Assert.All(["--name", "--yes", "--restart"], option => Assert.Contains(option, text));
    }

    [Theory]
    [InlineData("Finished", 0, "reindex: finished, 62 102 done.")]
    [InlineData("Finished", 12, "reindex: finished, 62 102 done, 12 quarantined. See them: tidemark quarantine list 7. Try them again: tidemark quarantine replay 7")]
    [InlineData("Stopped", 0, "reindex: stopped at 62 102 of 100 000; nothing to redo. The same command goes on from here.")]
    [InlineData("Failed", 0, "reindex: failed at 62 102 of 100 000: disk full. Once the cause is mended, the same command goes on from here.")]
    [InlineData("Cancelled", 0, "reindex: cancelled at 62 102 of 100 000: disk full. The same command starts anew.")]
    public void The_end_says_what_to_do_next(string phase, long quarantined, string text) => Assert.Equal(
        text,
        RunMessages.End(Snapshots.Running with { Phase = Enum.Parse<RunPhase>(phase), Quarantined = quarantined, Redo = default, Reason = "disk full." }, 7));

    [Fact]
    public void An_abort_says_what_it_costs() => Assert.Equal(
        "reindex: aborted at 62 114 of 100 000; redo at most 44 items (9.2s of 30s). The same command goes on from here.",
        RunMessages.End(Snapshots.Running with { Phase = RunPhase.Aborted }, 7));
}
