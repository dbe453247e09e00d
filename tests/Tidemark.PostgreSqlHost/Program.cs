using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tidemark;

// One worker of a service on PostgreSQL, to be killed by a test: Tidemark.PostgreSqlHost CONNECTION SCHEMA PRESENCE LOG ITEMS MILLISECONDS. Says "up" when it
// takes jobs. Each item is a line of LOG, written before anything else is done with it: its number and this process. Then it takes so long.
var (connection, schema, presence, log) = (args[0], args[1], args[2], args[3]);
var (items, pause) = (int.Parse(args[4], CultureInfo.InvariantCulture), int.Parse(args[5], CultureInfo.InvariantCulture));
_ = Task.Delay(TimeSpan.FromMinutes(3)).ContinueWith(_ => Environment.Exit(3), TaskScheduler.Default); // nobody is left behind by a test that died

await using var source = NpgsqlDataSource.Create(connection);
var builder = Host.CreateEmptyApplicationBuilder(new());
builder.Services.AddLogging(logging => logging.AddProvider(new StderrLogs()));
builder.Services.AddTidemark(tidemark =>
{
    tidemark.UsePostgreSql(source, options => (options.Schema, options.PresenceDirectory) = (schema, presence));
    tidemark.AddJob(Jobs.Count).HandledBy((int started, JobContext job) => CountAsync(job))
        .Stream("numbers", stream => stream.ResumeCost = ResumeCost.AtMost(Jobs.Bound));
});
using var host = builder.Build();
await host.StartAsync();
Console.WriteLine("up");
await host.WaitForShutdownAsync();
return 0;

Task CountAsync(JobContext job) => job.Stream("numbers", Items.Of(Enumerable.Range(0, items).ToArray(), number => $"{number}")).ForEachAsync(async (item, token) =>
{
    await File.AppendAllTextAsync(log, string.Create(CultureInfo.InvariantCulture, $"{item.Value} {Environment.ProcessId}\n"), token);
    await Task.Delay(pause, token);
});

/// <summary>What this service can do, and what it promised.</summary>
public static class Jobs
{
    /// <summary>Items that an interruption may make it do again.</summary>
    public const int Bound = 10;

    /// <summary>Counts to the number of items.</summary>
    public static readonly JobKey<int> Count = new("count");
}
