using Npgsql;

namespace Transactions;

/// <summary>The service's own rows: <c>times</c> counts how often each was written, and should stay 1.</summary>
internal static class ShopTables
{
    const string Tables = """
        CREATE SCHEMA IF NOT EXISTS shop;
        DROP TABLE IF EXISTS shop.orders, shop.shipments, shop.prices;
        CREATE TABLE shop.orders (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, way text NOT NULL, item text NOT NULL);
        CREATE TABLE shop.shipments (order_id integer PRIMARY KEY, times integer NOT NULL DEFAULT 1);
        CREATE TABLE shop.prices (way text, sku text, times integer NOT NULL DEFAULT 1, PRIMARY KEY (way, sku));
        """;

    const string Audit = """
        SELECT (SELECT count(*) FROM shop.orders WHERE way = $1), (SELECT COALESCE(sum(times), 0) FROM shop.shipments JOIN shop.orders ON id = order_id WHERE way = $1),
          (SELECT count(*) FROM shop.prices WHERE way = $1), (SELECT COALESCE(sum(times), 0) FROM shop.prices WHERE way = $1)
        """;

    public static async Task MakeAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand(Tables);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<bool> AuditAsync(NpgsqlDataSource source, IEnumerable<IWay> ways)
    {
        var exact = true;
        foreach (var way in ways)
        {
            await using var command = source.CreateCommand(Audit);
            command.Parameters.Add(new() { Value = way.Name });
            await using var row = await command.ExecuteReaderAsync();
            await row.ReadAsync();
            var (orders, shipments, prices, written) = (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3));
            Console.WriteLine($"{way.Name}: {orders} order, shipped {shipments} time; {prices} prices, written {written} times");
            exact &= (orders, shipments, prices, written) == (1, 1, 250, 250);
        }
        return exact;
    }
}
