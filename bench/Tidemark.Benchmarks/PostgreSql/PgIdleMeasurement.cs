namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>The server's processor time while a hundred workers wait, and how many sessions they have there.</summary>
internal static class PgIdleMeasurement
{
    const int Workers = 100;
    static readonly TimeSpan Settle = TimeSpan.FromSeconds(30), Span = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(int rounds)
    {
        _ = rounds; // half a minute once is enough
        await using var server = await BenchServer.StartAsync();
        using var host = new Bench();
        using var child = Child.Start("child-work", $"{Workers}\n{server.Place(BenchServer.NewSchema(), host.Path("host"))}");
        await child.ReadyAsync();
        await Task.Delay(Settle);
        var before = server.ProcessorTime;
        await Task.Delay(Span);
        var after = server.ProcessorTime;
        await using var sessions = server.Source.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
        if (after - before is { } used) Console.WriteLine($"pg, {Workers} workers that wait, {Span.TotalSeconds:0} s               {used / Span:P2} of a core of the server's, by {await sessions.ExecuteScalarAsync()} sessions   goal < 2 %");
    }
}
