using Tidemark.Leasing;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.Tests.Leasing;

/// <summary>A worker stops trusting its lease of ten seconds a fifth before anybody else may take its jobs.</summary>
public sealed class WorkerLeaseTests
{
    static readonly WorkerId Id = new(1);

    readonly ManualClock clock = new();
    readonly WorkerLease lease;

    public WorkerLeaseTests() => lease = new(Id, clock, TimeSpan.FromSeconds(10));

    [Fact]
    public void One_that_has_just_registered_is_trusted_for_four_fifths_of_it() => IsTrustedFor(7.9, butNot: 8.1);

    [Fact]
    public void A_beat_counts_from_when_it_was_sent_however_late_it_was_answered()
    {
        clock.Pass(TimeSpan.FromSeconds(5));
        var sent = clock.GetTimestamp();
        clock.Pass(TimeSpan.FromSeconds(2));
        lease.BeatAccepted(sent);
        IsTrustedFor(5.9, butNot: 6.1); // with the two: 7.9 and 8.1
    }

    [Fact]
    public void One_that_joins_again_counts_from_when_it_asked_to()
    {
        lease.Lost();
        var sent = clock.GetTimestamp();
        clock.Pass(TimeSpan.FromSeconds(2));
        lease.Rejoined(Id, sent);
        IsTrustedFor(5.9, butNot: 6.1);
    }

    void IsTrustedFor(double seconds, double butNot)
    {
        clock.Pass(TimeSpan.FromSeconds(seconds));
        Assert.Equal((true, true), (lease.IsTrusted, lease.Trusts(Id)));
        clock.Pass(TimeSpan.FromSeconds(butNot - seconds));
        Assert.Equal((false, false), (lease.IsTrusted, lease.Trusts(Id)));
    }
}
