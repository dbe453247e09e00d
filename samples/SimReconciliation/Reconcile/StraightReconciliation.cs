using SimReconciliation.Carrier;
using SimReconciliation.CarrierApi;
using SimReconciliation.Inventory;

namespace SimReconciliation.Reconcile;

/// <summary>The reconciliation as a loop by hand: pages in turn, two batches at a time, waits in place. A kill loses all of it.</summary>
internal sealed class StraightReconciliation(CarrierClient carrier, SimInventory inventory, TimeProvider time)
{
    private const int PageSize = 200;
    private const int BatchSize = 50;
    private const int Tries = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly HashSet<string> quarantined = [];
    private long done;

    /// <summary>Reconciles everything; the keys of the malformed SIMs are what is left.</summary>
    public async Task<HashSet<string>> RunAsync(CancellationToken cancellationToken)
    {
        var run = $"straight-{time.GetUtcNow().ToUnixTimeMilliseconds()}";
        var snapshot = await RetryAsync(() => carrier.OpenSnapshotAsync($"{run}/open-snapshot", cancellationToken), cancellationToken);
        var two = new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellationToken };
        string? cursor = null;
        do
        {
            var page = await RetryAsync(() => carrier.FetchPageAsync(snapshot.Id, cursor, PageSize, cancellationToken), cancellationToken);
            var good = page.Items.Select(Read).OfType<Sim>().Select(sim => new InventoryWrite(sim, $"{run}/reconcile/{sim.Iccid}"));
            await Parallel.ForEachAsync(good.Chunk(BatchSize), two, async (batch, ct) => await ApplyAsync(batch, ct));
            cursor = page.Next;
        }
        while (cursor is not null);
        var report = new Report(snapshot.Id, done, quarantined.Count);
        await RetryAsync(() => carrier.PublishAsync(report, $"{run}/publish-report", cancellationToken), cancellationToken);
        return quarantined;
    }

    private Sim? Read(SimEntry entry)
    {
        try
        {
            return entry.Read();
        }
        catch (MalformedSimException problem)
        {
            Console.Error.WriteLine(problem.Message);
            quarantined.Add(problem.Iccid);
            return null;
        }
    }

    private async Task ApplyAsync(InventoryWrite[] batch, CancellationToken cancellationToken)
    {
        await inventory.UpsertAsync(batch, attempt: 1, cancellationToken);
        var confirmations = Array.ConvertAll(batch, write => new Confirmation(write.Sim.Iccid, write.Key));
        await RetryAsync(() => carrier.ConfirmAsync(confirmations, cancellationToken), cancellationToken);
        Interlocked.Add(ref done, batch.Length);
    }

    private async Task<T> RetryAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            TimeSpan wait;
            try
            {
                return await call();
            }
            catch (CarrierQuotaException quota)
            {
                wait = quota.ResetsAt - time.GetUtcNow();
            }
            catch (CarrierThrottledException throttled)
            {
                wait = throttled.RetryAfter;
            }
            catch (CarrierUnavailableException) when (++failures < Tries)
            {
                wait = Pause * failures;
            }

            await Task.Delay(wait > TimeSpan.Zero ? wait : Pause, time, cancellationToken);
        }
    }
}
