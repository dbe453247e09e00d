namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>SIGKILL in the middle of a job, until its handler runs again in a process that lives already. Default settings.</summary>
internal static class PgRecoveryMeasurement
{
    public static async Task RunAsync(int rounds)
    {
        await using var server = await BenchServer.StartAsync();
        var (here, elsewhere) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            here.Add(await KillAsync(server, sameHost: true));
            elsewhere.Add(await KillAsync(server, sameHost: false));
        }
        RecoveryMeasurement.Print("pg recovery, kill -> running, same host", here, "<= 2 s");
        RecoveryMeasurement.Print("pg recovery, kill -> running, another host", elsewhere, "<= 2 s");
        Console.WriteLine($"  same host:    {string.Join(" ", here.Select(seconds => $"{seconds:0.00}"))}");
        Console.WriteLine($"  another host: {string.Join(" ", elsewhere.Select(seconds => $"{seconds:0.00}"))}");
    }

    static async Task<double> KillAsync(BenchServer server, bool sameHost)
    {
        using var folder = new Bench();
        var schema = BenchServer.NewSchema();
        string[] hosts = [folder.Path("host-1"), folder.Path(sameHost ? "host-1" : "host-2")];
        return await RecoveryMeasurement.KillAsync(server.Store(schema), server.Place(schema, hosts[0]), server.Place(schema, hosts[1]), anotherLives: true);
    }
}
