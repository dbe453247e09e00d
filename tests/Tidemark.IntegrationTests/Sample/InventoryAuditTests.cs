using SimReconciliation.Audit;
using SimReconciliation.Carrier;
using SimReconciliation.Inventory;
using Xunit;

namespace Tidemark.IntegrationTests.Sample;

/// <summary>The inventory on its file, and the audit over it.</summary>
public sealed class InventoryAuditTests : IDisposable
{
    private static readonly SimTruth Truth = new(seed: 20, sims: 300, malformed: 4);
    private readonly ScratchDirectory directory = new();
    private readonly SimInventory inventory;

    public InventoryAuditTests() => inventory = SimInventory.Open(directory.File(SimInventory.FileName));

    private static CancellationToken Abort => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        inventory.Dispose();
        directory.Dispose();
    }

    [Fact]
    public async Task An_inventory_of_all_good_sims_with_the_malformed_in_quarantine_is_exact()
    {
        await WriteAsync(attempt: 1, Good());
        var report = Audit();
        Assert.True(report.IsExact);
        Assert.Equal((296, 4, 0L, 0L), (report.Present, report.MalformedSetAside, report.Redone, report.Retried));
    }

    [Fact]
    public async Task The_audit_finds_what_is_missing_different_and_unexpected()
    {
        var good = Good();
        var malformed = Truth.Malformed.First(pair => pair.Value.Name == "unknown status").Key;
        await WriteAsync(attempt: 1, good.Skip(2));
        await WriteAsync(attempt: 1, [good[2] with { Plan = "none" }, good[3] with { Iccid = Iccid.Of(1) }, Truth.At(malformed)]);

        var report = Audit();

        Assert.False(report.IsExact);
        Assert.Equal([good[0].Iccid, good[1].Iccid], report.Missing);
        Assert.StartsWith(good[2].Iccid, Assert.Single(report.Different), StringComparison.Ordinal);
        Assert.Equal([Iccid.Of(1), Truth.IccidAt(malformed)], report.Unexpected.Select(text => text[..Iccid.Length]).Order());
    }

    [Fact]
    public async Task The_audit_finds_a_quarantine_that_holds_other_sims_than_the_malformed()
    {
        await WriteAsync(attempt: 1, Good());
        var quarantine = MalformedKeys();
        var forgotten = quarantine.First();
        quarantine.Remove(forgotten);
        quarantine.Add("8900000000000000000");

        var report = InventoryAudit.Run(Truth, inventory.ReadAll(), quarantine, Counts());

        Assert.Equal([forgotten], report.NotSetAside);
        Assert.Equal(["8900000000000000000"], report.WronglySetAside);
    }

    [Fact]
    public async Task The_audit_finds_a_good_sim_not_confirmed_and_a_malformed_one_that_was()
    {
        await WriteAsync(attempt: 1, Good());
        var counts = Counts();
        var malformed = Truth.Malformed.Keys.First();
        var good = Truth.IndexOf(Good()[0].Iccid);
        (counts[malformed], counts[good]) = (1, 0);

        var report = InventoryAudit.Run(Truth, inventory.ReadAll(), MalformedKeys(), counts);

        Assert.Equal(
            new[] { Truth.IccidAt(malformed), Truth.IccidAt(good) }.Order(),
            report.WronglyConfirmed.Select(text => text[..Iccid.Length]).Order());
    }

    [Fact]
    public async Task A_write_again_is_a_redo_from_another_attempt_and_a_retry_from_the_same()
    {
        var sims = Good()[..10];
        await WriteAsync(attempt: 1, sims);
        await WriteAsync(attempt: 1, sims[..4]);
        await WriteAsync(attempt: 2, sims[..3]);
        var report = Audit();
        Assert.Equal((3L, 4L), (report.Redone, report.Retried));
    }

    [Fact]
    public async Task A_write_under_a_new_key_is_neither()
    {
        var sim = Good()[0];
        await inventory.UpsertAsync(sim, "run-1/reconcile/" + sim.Iccid, attempt: 1, Abort);
        await inventory.UpsertAsync(sim, "run-1/reconcile/" + sim.Iccid, attempt: 2, Abort);
        await inventory.UpsertAsync(sim with { Plan = "new" }, "run-2/reconcile/" + sim.Iccid, attempt: 1, Abort);
        var row = Assert.Single(inventory.ReadAll());
        Assert.Equal(("new", 0, 0), (row.Sim.Plan, row.Redone, row.Retried));
    }

    [Fact]
    public async Task A_batch_is_written_as_a_whole_or_not_at_all()
    {
        var good = Good()[0];
        var bad = Good()[1] with { Plan = null! };
        await Assert.ThrowsAnyAsync<Exception>(() => WriteAsync(attempt: 1, [good, bad]));
        Assert.Equal(0, inventory.Count());
        await WriteAsync(attempt: 1, [good]);
        Assert.Equal(1, inventory.Count());
    }

    private static Sim[] Good() => [.. Enumerable.Range(0, Truth.Sims).Where(index => !Truth.Malformed.ContainsKey(index)).Select(Truth.At)];

    private static HashSet<string> MalformedKeys() => [.. Truth.Malformed.Keys.Select(Truth.ShownIccidAt)];

    private static int[] Counts() => [.. Enumerable.Range(0, Truth.Sims).Select(index => Truth.Malformed.ContainsKey(index) ? 0 : 1)];

    private AuditReport Audit() => InventoryAudit.Run(Truth, inventory.ReadAll(), MalformedKeys(), Counts());

    private Task WriteAsync(long attempt, IEnumerable<Sim> sims) =>
        inventory.UpsertAsync([.. sims.Select(sim => new InventoryWrite(sim, "run/reconcile/" + sim.Iccid))], attempt, Abort);
}
