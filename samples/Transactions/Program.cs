// Jobs and a service's own rows in one PostgreSQL transaction, three ways: by ADO.NET, by Dapper, by EF Core. Each way
//
//   enqueues a job in the transaction that places an order: both are there, or neither;
//   writes a list's effects in the transaction of the stream's checkpoint: exactly once;
//   writes what follows from a small job in the transaction that records its success.
//
// It shows at the end that everything was written once: dotnet run --project samples/Transactions -- "Host=/tmp;Database=postgres"
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Tidemark;
using Transactions;

if (args is not [var connection])
{
    await Console.Error.WriteLineAsync("Give the connection of a PostgreSQL database: \"Host=localhost;Username=me;Database=shop\".");
    return 2;
}

await using var source = NpgsqlDataSource.Create(connection);
await ShopTables.MakeAsync(source);
IWay[] ways = [new BySql(source), new ByDapper(source), new ByEntityFramework(source)];

var builder = Host.CreateEmptyApplicationBuilder(new());
builder.Services.AddTidemark(tidemark =>
{
    tidemark.UsePostgreSql(source, options => options.Schema = "shop_jobs");
    foreach (var way in ways)
    {
        tidemark.AddJob(way.Ship).HandledBy((int order, JobContext job) => way.ShipOrder(order, job));
        tidemark.AddJob(way.Price).HandledBy((int prices, JobContext job) => way.PriceAsync(prices, job))
            .Stream("prices", stream => stream.ResumeCost = ResumeCost.AtMost(items: 100))
            .Stream("more-prices", stream => stream.ResumeCost = ResumeCost.AtMost(items: 10));
    }
});
using var host = builder.Build();
await host.StartAsync();
var jobs = host.Services.GetRequiredService<IJobClient>();
foreach (var way in ways)
{
    var shipped = await way.PlaceOrderAsync(jobs, "a book", CancellationToken.None);
    var (priced, _) = await jobs.EnqueueAsync(way.Price, 250);
    await jobs.WaitAsync(shipped);
    await jobs.WaitAsync(priced);
}
await host.StopAsync();
return await ShopTables.AuditAsync(source, ways) ? 0 : 1;
