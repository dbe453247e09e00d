using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.IntegrationTests.Sqlite;
using Xunit;

namespace Tidemark.IntegrationTests.Locking;

/// <summary>Two hosts on one fresh store, each with connections of its own, for those who race there.</summary>
internal static class TwoHosts
{
    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public static async Task OnSqliteAsync(Action<TidemarkBuilder> declare, Func<IServiceProvider, IServiceProvider, Task> race)
    {
        using var folder = new StoreFolder();
        await RaceAsync(tidemark => declare(tidemark.UseSqlite(folder.Database)), race);
    }

    public static async Task OnPostgreSqlAsync(string schema, Action<TidemarkBuilder> declare, Func<IServiceProvider, IServiceProvider, Task> race)
    {
        var server = await SharedServer.GetAsync();
        var presence = Directory.CreateTempSubdirectory("tidemark-race-");
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await RaceAsync(tidemark => declare(tidemark.UsePostgreSql(source, options => (options.Schema, options.PresenceDirectory) = (schema, presence.FullName))), race);
        presence.Delete(recursive: true);
    }

    static async Task RaceAsync(Action<TidemarkBuilder> compose, Func<IServiceProvider, IServiceProvider, Task> race)
    {
        using var first = await StartAsync(compose);
        using var second = await StartAsync(compose);
        await race(first.Services, second.Services);
        await first.StopAsync(Ending);
        await second.StopAsync(Ending);
    }

    static async Task<IHost> StartAsync(Action<TidemarkBuilder> compose)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(compose);
        var host = builder.Build();
        await host.StartAsync(Ending);
        return host;
    }
}
