using SimReconciliation.Carrier;
using SimReconciliation.CarrierApi;
using Xunit;

namespace Tidemark.IntegrationTests.Sample;

/// <summary>The carrier over HTTP, seen through its client.</summary>
public sealed class CarrierTests : IDisposable
{
    private readonly ScratchDirectory directory = new();

    private static CancellationToken Abort => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task The_pages_show_every_sim_once_and_just_the_malformed_ones_cannot_be_read()
    {
        var options = CarrierUnderTest.Calm with { Malformed = 8 };
        await using var carrier = await CarrierUnderTest.StartAsync(options, directory);
        var truth = new SimTruth(options.Seed, options.Sims, options.Malformed);

        var entries = await carrier.ReadAllAsync(Abort);

        Assert.Equal(Enumerable.Range(0, options.Sims).Select(truth.ShownIccidAt), entries.Select(entry => entry.Iccid));
        for (var index = 0; index < entries.Count; index++)
        {
            if (truth.Malformed.ContainsKey(index))
                Assert.Equal(entries[index].Iccid, Assert.Throws<MalformedSimException>(entries[index].Read).Iccid);
            else
                Assert.Equal(truth.At(index), entries[index].Read());
        }
    }

    [Fact]
    public async Task A_used_up_quota_says_when_it_resets()
    {
        var window = TimeSpan.FromDays(3650);
        var options = CarrierUnderTest.Calm with { Quota = 1, QuotaWindow = window };
        await using var carrier = await CarrierUnderTest.StartAsync(options, directory);
        await carrier.Client.OpenSnapshotAsync("run/open", Abort);

        var refusal = await Assert.ThrowsAsync<CarrierQuotaException>(() => carrier.Client.OpenSnapshotAsync("run/open", Abort));

        Assert.Equal(DateTimeOffset.UnixEpoch, refusal.ResetsAt - (refusal.ResetsAt - DateTimeOffset.UnixEpoch) / window * window);
        Assert.True(refusal.ResetsAt > TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task A_throttled_request_is_told_how_long_to_wait()
    {
        await using var carrier = await CarrierUnderTest.StartAsync(CarrierUnderTest.Calm with { Rate = 1 }, directory);

        // The bucket fills by one token a second: a burst of as many requests as it takes.
        CarrierThrottledException? refusal = null;
        for (var tries = 0; refusal is null && tries < 1_000; tries++)
            refusal = await Record.ExceptionAsync(() => carrier.Client.OpenSnapshotAsync("run/open", Abort)) as CarrierThrottledException;

        Assert.Equal(TimeSpan.FromSeconds(1), refusal?.RetryAfter);
    }

    [Fact]
    public async Task An_expired_snapshot_is_gone_and_its_key_opens_another()
    {
        var options = CarrierUnderTest.Calm with { SnapshotLife = TimeSpan.FromTicks(1) };
        await using var carrier = await CarrierUnderTest.StartAsync(options, directory);
        var first = await carrier.Client.OpenSnapshotAsync("run/open", Abort);

        var refusal = await Assert.ThrowsAsync<SnapshotExpiredException>(
            () => carrier.Client.FetchPageAsync(first.Id, cursor: null, limit: 10, Abort));

        Assert.Equal(first.Id, refusal.SnapshotId);
        Assert.NotEqual(first.Id, (await carrier.Client.OpenSnapshotAsync("run/open", Abort)).Id);
    }

    [Fact]
    public async Task A_connection_cut_after_the_work_leaves_the_work_done()
    {
        var options = CarrierUnderTest.Calm with { Cuts = 0.4 };
        var truth = new SimTruth(options.Seed, options.Sims, malformed: 0);
        await using var carrier = await CarrierUnderTest.StartAsync(options, directory);
        var cut = 0;
        for (var index = 0; index < 100; index++)
        {
            var iccid = truth.IccidAt(index);
            while (await Record.ExceptionAsync(() => carrier.Client.ConfirmAsync(iccid, $"run/reconcile/{iccid}", Abort)) is { } problem)
            {
                Assert.IsType<CarrierUnavailableException>(problem);
                cut++;
            }
        }

        var scope = Assert.Single((await carrier.Client.AuditAsync(Abort)).Scopes);
        Assert.Equal(100, scope.Distinct);
        Assert.InRange(scope.AnswersLost, 1, cut - 1);
        Assert.Equal(scope.AnswersLost, scope.Repeated);
    }

    [Fact]
    public async Task A_confirmation_of_a_foreign_sim_or_under_a_foreign_key_is_refused_for_good()
    {
        await using var carrier = await CarrierUnderTest.StartAsync(CarrierUnderTest.Calm, directory);
        var iccid = new SimTruth(CarrierUnderTest.Calm.Seed, 1, 0).IccidAt(0);
        foreach (var confirmation in new Confirmation[] { new("1", "run/1"), new(iccid, "run/1"), new(iccid, "") })
        {
            var refusal = await Assert.ThrowsAsync<CarrierRefusedException>(() => carrier.Client.ConfirmAsync([confirmation], Abort));
            Assert.Equal(400, refusal.Status);
        }
    }

    [Fact]
    public async Task Wrong_options_are_all_named_at_once()
    {
        var wrong = new CarrierOptions { Sims = 0, Errors = 2, Quota = -1 };
        var problem = await Assert.ThrowsAsync<CarrierSetupException>(() => CarrierHost.StartAsync(wrong, directory.Path, port: 0));
        Assert.All(["--sims is 0", "--errors is 2", "--quota is -1"], fault => Assert.Contains(fault, problem.Message, StringComparison.Ordinal));
    }
}
