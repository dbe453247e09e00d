using SimReconciliation.Carrier;
using Xunit;

namespace Tidemark.IntegrationTests.Sample;

public sealed class BlinksTests
{
    private const int Requests = 50_000;
    private static readonly CarrierOptions Options = new();

    [Fact]
    public void The_same_request_has_the_same_luck_in_every_process()
    {
        var first = new Blinks(Options);
        var second = new Blinks(Options);
        second.Skip(1_000);
        Assert.Equal(Take(first, 1_500)[1_000..], Take(second, 500));
    }

    [Fact]
    public void Faults_come_as_often_as_the_options_say()
    {
        var faults = Take(new Blinks(Options), Requests).CountBy(blink => blink.Fault).ToDictionary();
        Assert.InRange(faults[Fault.Error], 0.8 * Options.Errors * Requests, 1.2 * Options.Errors * Requests);
        Assert.InRange(faults[Fault.CutBefore], 0.3 * Options.Cuts * Requests, 0.7 * Options.Cuts * Requests);
        Assert.InRange(faults[Fault.CutAfter], 0.3 * Options.Cuts * Requests, 0.7 * Options.Cuts * Requests);
        Assert.InRange(faults[Fault.Hang], 0.5 * Options.Hangs * Requests, 1.5 * Options.Hangs * Requests);
    }

    [Fact]
    public void A_calm_carrier_has_no_faults()
    {
        var blinks = Take(new Blinks(Options.WithoutFaults()), Requests);
        Assert.All(blinks, blink => Assert.Equal((Fault.None, TimeSpan.Zero), (blink.Fault, blink.Delay)));
    }

    private static Blink[] Take(Blinks blinks, int count) => [.. Enumerable.Range(0, count).Select(_ => blinks.Next())];
}
