using System.Text.Json;
using Tidemark.Cli.Output;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Output;

public sealed class PlainAndJsonTextTests
{
    [Fact]
    public void A_plain_line_is_one_instant_and_pairs() => Assert.Equal(
        "2026-11-21T03:07:00Z reindex running done=62102 total=100000 quarantined=12 retried=31 rate=18.42/s eta=31m00s..37m00s redo<=44 "
        + "redo_time<=9.2s last=\"line 58911: exit 7: no such customer\"",
        PlainText.Render(Snapshots.Running));

    [Fact]
    public void An_estimate_of_one_value_is_no_range() =>
        Assert.Contains(" eta=31m00s redo", PlainText.Render(Snapshots.Running with { Eta = new EtaRange(TimeSpan.FromMinutes(31), TimeSpan.FromMinutes(31)) }));

    [Theory]
    [InlineData(3_600.0 - 2, "in 1h00m")]
    [InlineData(47 * 60.0 - 0.02, "in 47m")]
    [InlineData(90.0 - 0.02, "in 1m30s")]
    public void A_time_to_come_is_not_said_a_moment_short(double seconds, string said) => Assert.Equal(said, Wording.Until(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void While_the_input_is_read_its_size_is_said()
    {
        var reading = new RunSnapshot { Name = "big", Phase = RunPhase.Reading, Now = Snapshots.Now, InputBytes = 100_000_000 };

        Assert.EndsWith(" big reading input_bytes=100000000", PlainText.Render(reading), StringComparison.Ordinal);
        Assert.Contains("\"input_bytes\":100000000", JsonText.Render(reading, "state"), StringComparison.Ordinal);
        Assert.Equal("big  reading the input, 95.4 MiB", BarText.Render(reading, Snapshots.Plain(80))[0]);
    }

    [Fact]
    public void A_parked_run_says_until_when_and_why() => Assert.Equal(
        "2026-11-21T03:07:00Z reindex parked done=5 redo<=0 until=2026-11-21T05:00:00Z reason=\"quota \\\"day\\\"\"",
        PlainText.Render(new RunSnapshot
        {
            Name = "reindex",
            Phase = RunPhase.Parked,
            Now = Snapshots.Now,
            Done = 5,
            ParkedUntil = Snapshots.Now.AddMinutes(113),
            Reason = "quota \"day\"",
        }));

    [Fact]
    public void A_line_stays_one_line_whatever_a_command_said() =>
        Assert.DoesNotContain('\n', PlainText.Render(Snapshots.Running with { Reason = "two\nlines\x1b[31m" }));

    [Fact]
    public void Json_has_every_number_under_a_fixed_name()
    {
        using var json = JsonDocument.Parse(JsonText.Render(Snapshots.Running, "end", 75));
        var root = json.RootElement;

        Assert.Equal(
            "type at run phase done total quarantined retried in_flight rate_per_s left_low_s left_high_s redo_items redo_s bound_items bound_s last_failure last_failure_at exit",
            string.Join(' ', root.EnumerateObject().Select(property => property.Name)));
        Assert.Equal("running", root.GetProperty("phase").GetString());
        Assert.Equal(62_102, root.GetProperty("done").GetInt64());
        Assert.Equal((1860, 2220), (root.GetProperty("left_low_s").GetInt32(), root.GetProperty("left_high_s").GetInt32()));
        Assert.Equal(9.2, root.GetProperty("redo_s").GetDouble());
        Assert.Equal(75, root.GetProperty("exit").GetInt32());
    }

    [Fact]
    public void Json_leaves_out_what_is_not_known()
    {
        var text = JsonText.Render(new RunSnapshot { Name = "ü", Phase = RunPhase.Reading, Now = Snapshots.Now }, "state");

        Assert.Equal(
            """{"type":"state","at":"2026-11-21T03:07:00Z","run":"ü","phase":"reading","done":0,"quarantined":0,"retried":0,"in_flight":0,"redo_items":0}""",
            text);
    }
}
