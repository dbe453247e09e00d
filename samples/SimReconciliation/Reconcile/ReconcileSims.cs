using SimReconciliation.Carrier;
using SimReconciliation.CarrierApi;
using SimReconciliation.Inventory;
using Tidemark;

namespace SimReconciliation.Reconcile;

/// <summary>
/// Takes over every SIM of the carrier: opens a snapshot, writes each SIM to the inventory and confirms it, tells the carrier the result.
/// It knows nothing of kills, restarts, quotas or retries: that is the engine's business, by the policies of its registration.
/// </summary>
internal sealed class ReconcileSims(CarrierClient carrier, SimInventory inventory, IJobClient jobs) : IJob<ReconcileArgs>
{
    /// <summary>SIMs a confirmation: a request each would take the carrier's quota for a week.</summary>
    public const int BatchSize = 50;

    /// <summary>How long the carrier keeps a snapshot.</summary>
    private static readonly TimeSpan SnapshotLife = TimeSpan.FromHours(6);

    public async Task RunAsync(ReconcileArgs args, JobContext job, CancellationToken cancellationToken)
    {
        var snapshot = await job.StepAsync(
            "open-snapshot", (step, ct) => carrier.OpenSnapshotAsync(step.IdempotencyKey, ct), new() { ValidFor = SnapshotLife });

        var pages = new SnapshotPages(carrier, snapshot, job.IdempotencyKey);
        var sims = job.Stream(SimJobs.Stream, Pages.Of<SimEntry, string>(pages.FetchAsync, key: sim => sim.Iccid));
        await sims.ForEachBatchAsync(BatchSize, async (batch, ct) =>
        {
            // Reading comes first: a malformed SIM is found, and set aside alone, before anything of its batch has been written.
            var writes = batch.Select(item => new InventoryWrite(item.Value.Read(), item.IdempotencyKey)).ToArray();
            await inventory.UpsertAsync(writes, job.Attempt, ct);
            await carrier.ConfirmAsync(Array.ConvertAll(writes, write => new Confirmation(write.Sim.Iccid, write.Key)), ct);
        });

        await job.StepAsync("publish-report", async (step, ct) =>
        {
            var result = (await jobs.FindAsync(job.Id))!.Streams.Single();
            await carrier.PublishAsync(new Report(pages.SnapshotId, result.Done, result.Quarantined), step.IdempotencyKey, ct);
        });
    }
}
