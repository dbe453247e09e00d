using Npgsql;
using Tidemark;

namespace Transactions;

/// <summary>Plain ADO.NET.</summary>
internal sealed class BySql(NpgsqlDataSource source) : IWay
{
    public string Name => "sql";

    IWay Me => this;

    public async Task<JobId> PlaceOrderAsync(IJobClient jobs, string item, CancellationToken cancellationToken)
    {
        // <snippet enqueue-by-sql>
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var insert = new NpgsqlCommand("INSERT INTO shop.orders (way, item) VALUES ('sql', $1) RETURNING id", connection, transaction) { Parameters = { new() { Value = item } } };
        var order = (int)(await insert.ExecuteScalarAsync(cancellationToken))!;
        var (job, _) = await jobs.EnqueueAsync(Me.Ship, order, new() { Transaction = transaction }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        jobs.Hint(); // it starts at once, not within a poll
        // </snippet>
        return job;
    }

    public void ShipOrder(int order, JobContext job) =>
        // <snippet settle-by-sql>
        job.CommitOnSuccess(async (transaction, cancellationToken) =>
        {
            await using var insert = transaction.Connection!.CreateCommand();
            insert.Transaction = transaction;
            insert.CommandText = "INSERT INTO shop.shipments (order_id) VALUES ($1) ON CONFLICT (order_id) DO UPDATE SET times = shipments.times + 1";
            insert.Parameters.Add(new NpgsqlParameter { Value = order });
            await insert.ExecuteNonQueryAsync(cancellationToken);
        });
        // </snippet>

    public async Task PriceAsync(int prices, JobContext job)
    {
        // <snippet checkpoint-by-sql>
        var list = job.Stream("prices", Items.Of(Enumerable.Range(0, prices / 2).ToArray(), number => $"sku-{number}"));
        await list.CommitAsync(async (items, transaction, cancellationToken) =>
        {
            await using var insert = transaction.Connection!.CreateCommand();
            insert.Transaction = transaction;
            insert.CommandText = "INSERT INTO shop.prices (way, sku) SELECT 'sql', unnest($1) ON CONFLICT (way, sku) DO UPDATE SET times = prices.times + 1";
            insert.Parameters.Add(new NpgsqlParameter { Value = items.Select(item => item.Key).ToArray() });
            await insert.ExecuteNonQueryAsync(cancellationToken);
        });
        // </snippet>

        // <snippet checkpoint-by-commands>
        var rest = job.Stream("more-prices", Items.Of(Enumerable.Range(prices / 2, prices - prices / 2).ToArray(), number => $"sku-{number}"));
        await rest.CommitAsync((items, batch) =>
        {
            var insert = batch.CreateBatchCommand();
            insert.CommandText = "INSERT INTO shop.prices (way, sku) SELECT 'sql', unnest($1) ON CONFLICT (way, sku) DO UPDATE SET times = prices.times + 1";
            insert.Parameters.Add(new NpgsqlParameter { Value = items.Select(item => item.Key).ToArray() });
            batch.BatchCommands.Add(insert);
        });
        // </snippet>
    }
}
