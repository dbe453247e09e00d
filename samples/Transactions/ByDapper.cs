using Dapper;
using Npgsql;
using Tidemark;

namespace Transactions;

/// <summary>Dapper, on the transaction's connection.</summary>
internal sealed class ByDapper(NpgsqlDataSource source) : IWay
{
    public string Name => "dapper";

    IWay Me => this;

    public async Task<JobId> PlaceOrderAsync(IJobClient jobs, string item, CancellationToken cancellationToken)
    {
        // <snippet enqueue-by-dapper>
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var order = await connection.ExecuteScalarAsync<int>("INSERT INTO shop.orders (way, item) VALUES ('dapper', @item) RETURNING id", new { item }, transaction);
        var (job, _) = await jobs.EnqueueAsync(Me.Ship, order, new() { Transaction = transaction }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        jobs.Hint();
        // </snippet>
        return job;
    }

    public void ShipOrder(int order, JobContext job) =>
        // <snippet settle-by-dapper>
        job.CommitOnSuccess((transaction, _) => transaction.Connection!.ExecuteAsync(
            "INSERT INTO shop.shipments (order_id) VALUES (@order) ON CONFLICT (order_id) DO UPDATE SET times = shipments.times + 1", new { order }, transaction));
        // </snippet>

    public async Task PriceAsync(int prices, JobContext job)
    {
        // <snippet checkpoint-by-dapper>
        var list = job.Stream("prices", Items.Of(Enumerable.Range(0, prices).ToArray(), number => $"sku-{number}"));
        await list.CommitAsync((items, transaction, _) => transaction.Connection!.ExecuteAsync(
            "INSERT INTO shop.prices (way, sku) SELECT 'dapper', unnest(@skus) ON CONFLICT (way, sku) DO UPDATE SET times = prices.times + 1",
            new { skus = items.Select(item => item.Key).ToArray() }, transaction));
        // </snippet>
    }
}
