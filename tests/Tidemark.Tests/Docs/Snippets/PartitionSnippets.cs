namespace Tidemark.Tests.Docs.Snippets;

/// <summary>The code of docs/partitions.md.</summary>
public static class PartitionSnippets
{
    public static void Declare(TidemarkBuilder tidemark)
    {
        // <snippet partitions>
        tidemark.AddJob(Jobs.Reprice).HandledBy<Reprice>()
            .Stream("invoices", stream =>
            {
                stream.Partitions = 8;
                stream.ResumeCost = ResumeCost.AtMost(items: 100); // of each partition
            });
        // </snippet>
    }

    public static class Jobs
    {
        public static readonly JobKey<RepriceArgs> Reprice = new("reprice");
    }

    public sealed class Reprice(IBillingDatabase db) : IJob<RepriceArgs>
    {
        public async Task RunAsync(RepriceArgs args, JobContext job, CancellationToken cancellationToken)
        {
            // <snippet partitioned-stream>
            var last = await job.StepAsync("last-id", (_, ct) => db.LastIdAsync(ct));

            var invoices = job.Stream("invoices", partition =>
            {
                var (from, before) = partition.Share(1, last + 1);
                return Keyset.Of((long? after, int take, CancellationToken ct) => db.InvoicesAsync(after ?? from - 1, before, take, ct), position: invoice => invoice.Id);
            });
            await invoices.ForEachAsync((invoice, ct) => db.RepriceAsync(invoice.Value, invoice.IdempotencyKey, ct));

            await job.StepAsync("publish", (_, ct) => db.PublishAsync(ct));
            // </snippet>
        }
    }

    public interface IBillingDatabase
    {
        Task<long> LastIdAsync(CancellationToken cancellationToken);

        Task<IReadOnlyList<Invoice>> InvoicesAsync(long after, long before, int take, CancellationToken cancellationToken);

        Task RepriceAsync(Invoice invoice, string idempotencyKey, CancellationToken cancellationToken);

        Task PublishAsync(CancellationToken cancellationToken);
    }

    public sealed record Invoice(long Id);

    public sealed record RepriceArgs;
}
