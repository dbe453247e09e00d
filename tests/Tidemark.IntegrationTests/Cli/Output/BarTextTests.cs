using Tidemark.Cli.Output;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Output;

public sealed class BarTextTests
{
    [Fact]
    public void The_two_lines_say_how_far_how_long_and_what_a_stop_costs()
    {
        var lines = BarText.Render(Snapshots.Running, Snapshots.Plain(120));

        Assert.Equal("reindex   62%  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━───────────────────────  62 114/100 000  18.4/s  31–37m left", lines[0]);
        Assert.Equal(
            " stop now: redo ≤ 44 items (9.2s of 30s)   quarantined 12   retried 31   last: 2m00s ago line 58911: exit 7: no such c…",
            lines[1]);
    }

    [Fact]
    public void An_ascii_terminal_gets_ascii()
    {
        var lines = BarText.Render(Snapshots.Running, new TerminalStyle(100, Color: false, Unicode: false));

        Assert.All(lines, line => Assert.All(line, letter => Assert.True(char.IsAscii(letter), line)));
        Assert.Contains("redo <= 44 items", lines[1]);
        Assert.Contains("31-37m left", lines[0]);
    }

    [Fact]
    public void Eighty_columns_are_enough_for_what_a_second_signal_costs() => Assert.Contains(
        "again: redo ≤ 44 items (9.2s of 30s)",
        BarText.Render(Snapshots.Running with { Phase = RunPhase.Stopping }, Snapshots.Plain(80))[1]);

    [Fact]
    public void No_width_makes_a_line_wrap()
    {
        var wide = Snapshots.Running with { Failure = new LastFailure("line 1", "失敗しました。もう一度お試しください", Snapshots.Now), Name = "ジョブ" };
        foreach (var run in new[] { Snapshots.Running, wide, wide with { Total = null, Eta = null }, wide with { Phase = RunPhase.Stalled, Reason = new string('r', 300) } })
        {
            for (var width = 20; width <= 200; width++)
                Assert.All(BarText.Render(run, Snapshots.Plain(width)), line => Assert.InRange(Columns.Of(line), 0, width - 1));
        }
    }

    [Fact]
    public void A_narrow_terminal_keeps_the_numbers_and_loses_the_bar()
    {
        var lines = BarText.Render(Snapshots.Running, Snapshots.Plain(45));

        Assert.Equal(" 62%  62 114/100 000  18.4/s  31–37m left", lines[0]);
        Assert.StartsWith(" stop now: redo ≤ 44 items (9.2s of 30s)", lines[1]);
    }

    [Fact]
    public void What_is_not_known_is_not_guessed()
    {
        var lines = BarText.Render(Snapshots.Running with { Total = null, Rate = null, Eta = null }, Snapshots.Plain(80));

        Assert.Equal("reindex  62 114 settled", lines[0]);
    }

    [Fact]
    public void Only_what_is_complete_shows_a_hundred_percent()
    {
        Assert.Contains(" 99%", BarText.Render(Snapshots.Running with { Done = 99_987 }, Snapshots.Plain(120))[0]);
        Assert.Contains("100%", BarText.Render(Snapshots.Running with { Done = 99_988 }, Snapshots.Plain(120))[0]);
        Assert.Contains("100%", BarText.Render(Snapshots.Running with { Done = 0, Quarantined = 0, Total = 0 }, Snapshots.Plain(120))[0]);
    }

    [Fact]
    public void Every_phase_says_what_matters_in_it()
    {
        string Second(RunSnapshot run) => BarText.Render(run, Snapshots.Plain(200))[1];

        Assert.StartsWith(
            " stopping, 4 to finish · again: redo ≤ 44 items (9.2s of 30s)",
            Second(Snapshots.Running with { Phase = RunPhase.Stopping }));
        Assert.StartsWith(
            " parked until 2026-11-21 05:00:00Z (in 1h53m): daily quota used up",
            Second(Snapshots.Running with { Phase = RunPhase.Parked, ParkedUntil = Snapshots.Now.AddMinutes(113), Reason = "daily quota used up" }));
        Assert.StartsWith(" STALLED: nothing settled for 5m   stop now:", Second(Snapshots.Running with { Phase = RunPhase.Stalled, Reason = "nothing settled for 5m" }));
        Assert.StartsWith(" stop now: nothing to redo", Second(Snapshots.Running with { Redo = default }));
    }

    [Fact]
    public void Colours_add_no_letter_and_are_off_when_not_wanted()
    {
        var plain = BarText.Render(Snapshots.Running, Snapshots.Plain(120));
        var coloured = BarText.Render(Snapshots.Running, new TerminalStyle(120, Color: true, Unicode: true));

        Assert.DoesNotContain('\x1b', string.Concat(plain));
        Assert.Contains("\x1b[32m", coloured[0]);
        Assert.Equal(plain, coloured.Select(line => System.Text.RegularExpressions.Regex.Replace(line, "\x1b\\[[0-9]+m", "")));
    }

    [Theory]
    [InlineData("NO_COLOR", "1", false)]
    [InlineData("NO_COLOR", "", true)]
    [InlineData("TERM", "dumb", false)]
    public void The_environment_decides_on_colours(string name, string value, bool wanted) =>
        Assert.Equal(wanted, TerminalHabits.WantsColor(asked => asked == name ? value : asked == "TERM" ? "xterm" : null, noColorAsked: false));
}
