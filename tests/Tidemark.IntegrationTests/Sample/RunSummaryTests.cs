using SimReconciliation.Reconcile;
using Xunit;

namespace Tidemark.IntegrationTests.Sample;

public sealed class RunSummaryTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_row_of_parks_is_one_line_and_a_kill_between_them_is_seen()
    {
        var lines = Print([Park(0), Park(1), Park(2), Crash(3), Park(4)]);

        var ledger = lines.Where(line => line.StartsWith("    0", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, ledger.Length);
        Assert.Contains("03:00:00Z  3 parks until 03:02:30Z, nothing redone: the quota is used up", ledger[0], StringComparison.Ordinal);
        Assert.Contains("7 SIMs redone", ledger[1], StringComparison.Ordinal);
        Assert.StartsWith("    03:04:00Z  Park", ledger[2], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.EndsWith("in 4 parks", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_that_never_parked_says_nothing_of_parks() =>
        Assert.DoesNotContain(Print([Crash(0)]), line => line.Contains("park", StringComparison.OrdinalIgnoreCase));

    private static InterruptionStatus Park(int minute) =>
        new(Start.AddMinutes(minute), 1, "Park", 0, TimeSpan.Zero, true, "the quota is used up", Start.AddMinutes(minute + 0.5));

    private static InterruptionStatus Crash(int minute) => new(Start.AddMinutes(minute), 1, "Crash", 7, TimeSpan.FromSeconds(1), true, "killed", null);

    private static string[] Print(InterruptionStatus[] interruptions)
    {
        using var text = new StringWriter();
        var stream = new StreamStatus
        {
            Name = "reconcile", Done = 10, Quarantined = 0, Retried = 3, Shifted = 0, Total = 10, Ended = true,
            StopNow = null, SettledNow = null, Rate = null, Left = null, LastFailure = null,
        };
        var job = new JobStatus
        {
            Id = new JobId(1), Name = "reconcile-sims", State = JobState.Succeeded, Attempt = 1, DueAt = null, Reason = null, Error = null,
            Streams = [stream], Interruptions = interruptions, Log = [],
        };
        RunSummary.Print("first", job, [], text);
        return text.ToString().Split('\n');
    }
}
