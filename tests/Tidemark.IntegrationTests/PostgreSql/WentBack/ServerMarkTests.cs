using Tidemark.PostgreSql.Connections;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.WentBack;

/// <summary>What of a server's place in its history says that it went back.</summary>
public sealed class ServerMarkTests
{
    static readonly ServerMark Before = new("7", 3, DateTime.UnixEpoch, 16_400, 5L << 32, IsSynchronous: false, 1, Unbroken: "a");

    [Fact]
    public void A_server_that_was_restarted_or_went_on_has_not_gone_back()
    {
        Assert.Null(Before.WentBackSince(Before));
        Assert.Null((Before with { StartedAt = Before.StartedAt.AddHours(1), Flushed = Before.Flushed + 1 }).WentBackSince(Before));
    }

    [Fact]
    public void A_standby_that_had_to_have_everything_has_not_gone_back() =>
        Assert.Null((Before with { Timeline = 4, Flushed = Before.Flushed + 1 }).WentBackSince(Before with { IsSynchronous = true }));

    [Fact]
    public void Whatever_may_have_lost_something_is_told_with_what_shows_it()
    {
        (ServerMark Now, string Told)[] cases =
        [
            (Before with { System = "8" }, "another server's data"),
            (Before with { Tables = 16_500 }, "made anew"),
            (Before with { Timeline = 2 }, "was on timeline 3 and is on 2"),
            (Before with { Flushed = (4L << 32) + 255 }, "was written up to 5/0 and ends at 4/FF"),
            (Before with { Timeline = 4, Flushed = Before.Flushed + 1 }, "a standby took over (timeline 3, now 4)"),
            (Before with { Epoch = 2, Flushed = Before.Flushed + 1 }, "another process has noticed it"),
            (Before with { Unbroken = "b", Flushed = Before.Flushed + 1 }, "the server has crashed"),
            (Before with { Unbroken = "b", Timeline = 4, Flushed = Before.Flushed + 1, IsSynchronous = true }, "a standby took over"),
            (Before with { Epoch = 0, Flushed = Before.Flushed + 1 }, "its epoch was 1 and is 0"),
        ];
        foreach (var (now, told) in cases) Assert.Contains(told, now.WentBackSince(Before), StringComparison.Ordinal);
        Assert.Contains("has crashed", (Before with { Unbroken = "b", Timeline = 4 }).WentBackSince(Before with { IsSynchronous = true }), StringComparison.Ordinal); // a standby that was not waited for, although others' commits are
        Assert.NotNull((Before with { Timeline = 4, Flushed = 1 }).WentBackSince(Before with { IsSynchronous = true }));
    }
}
