using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Tidemark;

namespace Transactions;

/// <summary>EF Core: a context on the transaction's connection.</summary>
internal sealed class ByEntityFramework(NpgsqlDataSource source) : IWay
{
    public string Name => "ef";

    IWay Me => this;

    public async Task<JobId> PlaceOrderAsync(IJobClient jobs, string item, CancellationToken cancellationToken)
    {
        // <snippet enqueue-by-ef>
        await using var shop = ShopContext.Of(source);
        await using var transaction = await shop.Database.BeginTransactionAsync(cancellationToken);
        var order = new Order { Way = "ef", Item = item };
        shop.Orders.Add(order);
        await shop.SaveChangesAsync(cancellationToken);
        var (job, _) = await jobs.EnqueueAsync(Me.Ship, order.Id, new() { Transaction = transaction.GetDbTransaction() }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        jobs.Hint();
        // </snippet>
        return job;
    }

    public void ShipOrder(int order, JobContext job) =>
        // <snippet settle-by-ef>
        job.CommitOnSuccess(async (transaction, cancellationToken) =>
        {
            await using var shop = await ShopContext.OnAsync(transaction, cancellationToken);
            shop.Shipments.Add(new() { OrderId = order, Times = 1 });
            await shop.SaveChangesAsync(cancellationToken);
        });
        // </snippet>

    public async Task PriceAsync(int prices, JobContext job)
    {
        // <snippet checkpoint-by-ef>
        var list = job.Stream("prices", Items.Of(Enumerable.Range(0, prices).ToArray(), number => $"sku-{number}"));
        await list.CommitAsync(async (items, transaction, cancellationToken) =>
        {
            await using var shop = await ShopContext.OnAsync(transaction, cancellationToken);
            shop.Prices.AddRange(items.Select(item => new Price { Way = "ef", Sku = item.Key, Times = 1 }));
            await shop.SaveChangesAsync(cancellationToken);
        });
        // </snippet>
    }
}
