using SimReconciliation.Carrier;
using SimReconciliation.CarrierApi;
using Xunit;

namespace Tidemark.IntegrationTests.Sample;

/// <summary>What the carrier remembers when its process comes back.</summary>
public sealed class CarrierRestartTests : IDisposable
{
    private readonly ScratchDirectory directory = new();

    private static CancellationToken Abort => TestContext.Current.CancellationToken;

    private string Log => directory.File(CarrierBooks.FileName);

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Snapshots_confirmations_and_reports_are_those_of_before()
    {
        Snapshot snapshot;
        string before;
        await using (var carrier = await CarrierUnderTest.StartAsync(CarrierUnderTest.Calm, directory))
        {
            snapshot = await carrier.Client.OpenSnapshotAsync("run/open", Abort);
            await ConfirmAsync(carrier, 0, 1, 2);
            await ConfirmAsync(carrier, 2, 3);
            await carrier.Client.PublishAsync(new Report(snapshot.Id, 4, 0), "run/publish", Abort);
            before = await BooksAsync(carrier);
        }

        await using var again = await CarrierUnderTest.StartAsync(CarrierUnderTest.Calm, directory);
        Assert.Equal(before, await BooksAsync(again));
        Assert.Equal(snapshot, await again.Client.OpenSnapshotAsync("run/open", Abort));
        Assert.Equal([1, 1, 2, 1, 0], (await again.Client.CountsAsync("run/reconcile", Abort)).Take(5));
        Assert.Equal(1, (await ConfirmAsync(again, 3)).Repeated);
        Assert.True((await again.Client.PublishAsync(new Report(snapshot.Id, 4, 0), "run/publish", Abort)).Repeated);
    }

    [Fact]
    public async Task The_days_quota_is_not_given_out_anew()
    {
        var options = CarrierUnderTest.Calm with { Quota = 2, QuotaWindow = TimeSpan.FromDays(3650) };
        await using (var carrier = await CarrierUnderTest.StartAsync(options, directory))
            await carrier.Client.OpenSnapshotAsync("run/open", Abort);

        await using var again = await CarrierUnderTest.StartAsync(options, directory);
        await again.Client.OpenSnapshotAsync("run/open", Abort);
        await Assert.ThrowsAsync<CarrierQuotaException>(() => again.Client.OpenSnapshotAsync("run/open", Abort));
    }

    [Fact]
    public async Task A_line_torn_by_a_kill_is_cut_off_and_the_next_one_begins_clean()
    {
        await using (var carrier = await CarrierUnderTest.StartAsync(CarrierUnderTest.Calm, directory))
            await ConfirmAsync(carrier, 0);
        await File.AppendAllTextAsync(Log, "confirmed\ttold\trun/recon", Abort);

        await using (var carrier = await CarrierUnderTest.StartAsync(CarrierUnderTest.Calm, directory))
            await ConfirmAsync(carrier, 1);

        using var books = CarrierBooks.Read(Log);
        Assert.Equal([1, 1, 0], books.Counts("run/reconcile")!.Take(3));
    }

    [Fact]
    public async Task A_log_in_use_is_refused_with_the_remedy()
    {
        await using var carrier = await CarrierUnderTest.StartAsync(CarrierUnderTest.Calm, directory);
        var refusal = await Assert.ThrowsAsync<CarrierSetupException>(() => CarrierUnderTest.StartAsync(CarrierUnderTest.Calm, directory));
        Assert.Contains("--carrier", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_of_another_carrier_is_refused_and_left_as_it_is()
    {
        await using (var carrier = await CarrierUnderTest.StartAsync(CarrierUnderTest.Calm, directory))
            await ConfirmAsync(carrier, 0);
        var before = await File.ReadAllTextAsync(Log, Abort);

        var larger = CarrierUnderTest.Calm with { Sims = 600 };
        var refusal = await Assert.ThrowsAsync<CarrierSetupException>(() => CarrierUnderTest.StartAsync(larger, directory));

        Assert.Contains("sims=500", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(Log, Abort));
    }

    private static Task<ConfirmationReceipt> ConfirmAsync(CarrierUnderTest carrier, params int[] sims)
    {
        var truth = new SimTruth(CarrierUnderTest.Calm.Seed, CarrierUnderTest.Calm.Sims, malformed: 0);
        var batch = sims.Select(truth.IccidAt).Select(iccid => new Confirmation(iccid, $"run/reconcile/{iccid}")).ToArray();
        return carrier.Client.ConfirmAsync(batch, Abort);
    }

    private static async Task<string> BooksAsync(CarrierUnderTest carrier)
    {
        var audit = await carrier.Client.AuditAsync(Abort);
        return $"{audit.Snapshots} {audit.Reports} {audit.ReportsRepeated} {string.Join("; ", audit.Scopes.AsEnumerable())}";
    }
}
