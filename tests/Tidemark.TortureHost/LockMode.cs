using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Tidemark.TortureHost;

/// <summary>
/// One process that wants a lock. Says <c>held TOKEN</c> when it has it and <c>lost</c> when it is told so; for each line on stdin it writes to a resource that
/// checks the token, and says <c>accepted</c> or <c>refused</c>. Leaves at the end of stdin.
/// </summary>
internal static class LockMode
{
    public const string Name = "counter";
    static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(3); // nobody is left behind by a test that died

    public static string Resource(string folder) => $"Data Source={Path.Combine(folder, "resource.db")};Pooling=False";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        _ = Task.Delay(LongestLife).ContinueWith(_ => Environment.Exit(3), TaskScheduler.Default);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UseSqlite(HostStore.Database(arguments.Folder)).UseLocks();
            tidemark.Options.LeaseDuration = TimeSpan.FromMilliseconds(arguments.Number("lease-ms", 15_000));
            tidemark.Options.BeatInterval = tidemark.Options.LeaseDuration / 10;
            tidemark.Options.RescueInterval = tidemark.Options.BeatInterval;
        });
        using var host = builder.Build();
        await host.StartAsync();
        await using (var held = await host.Services.GetRequiredService<ITidemarkLocks>().AcquireAsync(Name))
        {
            Console.WriteLine($"held {held.Token}");
            await using var told = held.Lost.Register(() => Console.WriteLine("lost"));
            while (Console.ReadLine() is not null) Console.WriteLine(await WriteAsync(arguments.Folder, held.Token) ? "accepted" : "refused");
        }
        await host.StopAsync();
        return 0;
    }

    static async Task<bool> WriteAsync(string folder, long token)
    {
        await using var connection = new SqliteConnection(Resource(folder));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE counter SET value = value + 1, token = $token WHERE token <= $token";
        command.Parameters.AddWithValue("$token", token);
        return await command.ExecuteNonQueryAsync() == 1;
    }
}
