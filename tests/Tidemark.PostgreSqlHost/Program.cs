using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Tidemark.PostgreSqlHost;

/// <summary>
/// One worker of a service on PostgreSQL, to be killed by a test: CONNECTION SCHEMA PRESENCE LOG ITEMS MILLISECONDS. Says "up" when it takes
/// jobs. Each item is a line of LOG, written before anything else is done with it: its number and this process. Then it takes so long.
/// </summary>
internal static class Program
{
    /// <summary>Items that an interruption may make it do again.</summary>
    const int Bound = 10;
    static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(3); // nobody is left behind by a test that died
    static readonly JobKey<int> Count = new("count");

    static async Task<int> Main(string[] args)
    {
        var (connection, schema, presence, log) = (args[0], args[1], args[2], args[3]);
        var (items, pause) = (int.Parse(args[4], CultureInfo.InvariantCulture), int.Parse(args[5], CultureInfo.InvariantCulture));
        _ = Task.Delay(LongestLife).ContinueWith(_ => Environment.Exit(3), TaskScheduler.Default);

        await using var source = NpgsqlDataSource.Create(connection);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UsePostgreSql(source, options => (options.Schema, options.PresenceDirectory) = (schema, presence));
            tidemark.AddJob(Count).HandledBy((int started, JobContext job) => CountAsync(job, items, log, pause))
                .Stream("numbers", stream => stream.ResumeCost = ResumeCost.AtMost(Bound));
        });
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine("up");
        await host.WaitForShutdownAsync();
        return 0;
    }

    static Task CountAsync(JobContext job, int items, string log, int pause) =>
        job.Stream("numbers", Items.Of(Enumerable.Range(0, items).ToArray(), number => $"{number}")).ForEachAsync(async (item, token) =>
        {
            await File.AppendAllTextAsync(log, string.Create(CultureInfo.InvariantCulture, $"{item.Value} {Environment.ProcessId}\n"), token);
            await Task.Delay(pause, token);
        });
}
