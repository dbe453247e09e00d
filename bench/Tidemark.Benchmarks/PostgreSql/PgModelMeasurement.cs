using System.Security.Cryptography;

namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>The arithmetic of docs/scaling.md beside what the server counts: of jobs, from their enqueue to their end, with arguments of several sizes, and of checkpoints.</summary>
internal static class PgModelMeasurement
{
    const int Jobs = 20_000, Items = 200_000, Bound = 10, Checkpoints = Items / Bound;
    const int RowsOfAJob = 4, CopiesOfArguments = 3; // as the page says
    static readonly int[] Sizes = [10, 500, 1_500]; // bytes of arguments that stay in the row
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    static readonly JobKey<string> Noop = new("noop");

    public static async Task RunAsync(int rounds)
    {
        _ = rounds; // counts, not rates
        await using var server = await BenchServer.StartAsync();
        double? fixedBytes = null;
        foreach (var size in Sizes)
        {
            var (work, rows) = await JobsAsync(server, size);
            var bytes = work.WalBytes / (double)Jobs;
            fixedBytes ??= bytes - CopiesOfArguments * size;
            Console.WriteLine($"pg model, a job with {size,5:N0} bytes of arguments       {bytes,7:N0} bytes of WAL, the model says {fixedBytes + CopiesOfArguments * size:N0}; {rows.Written / (double)Jobs:0.00} row writes, the model says {RowsOfAJob}; {Jobs / (double)work.Commits:N0} jobs a commit");
        }
        Console.WriteLine($"pg model, h = {fixedBytes / RowsOfAJob:N0} bytes for the headers, the fixed columns and the index entries of one version of a job");
        var (saved, streams) = await CheckpointsAsync(server);
        Console.WriteLine($"pg model, a checkpoint                          {saved.WalBytes / (double)Checkpoints,7:N0} bytes of WAL; {streams.Written / (double)Checkpoints:0.00} row writes, the model says 1; {streams.InPage / (double)Checkpoints:0.00} of them heap-only; {saved.Commits / (double)Checkpoints:0.00} commits, the model says 1");
    }

    static async Task<(ServerWork Work, Rows Rows)> JobsAsync(BenchServer server, int size)
    {
        var schema = BenchServer.NewSchema();
        var store = server.Store(schema);
        await using var host = await BenchHost.StartAsync(store, tidemark => tidemark.AddJob(Noop).HandledBy((string _) => { }));
        await host.Jobs.WaitAsync((await host.Jobs.EnqueueAsync(Noop, "")).Id); // its lane is known from here on
        var arguments = Enumerable.Range(0, Jobs).Select(_ => RandomNumberGenerator.GetHexString(size - 2)).ToList(); // and two quotes
        return await CountedAsync(server, schema, ["job", "finished%"], async () =>
        {
            await host.Jobs.EnqueueManyAsync(Noop, arguments);
            await EmptyAsync(server, schema);
        });
    }

    static async Task<(ServerWork Work, Rows Rows)> CheckpointsAsync(BenchServer server)
    {
        var schema = BenchServer.NewSchema();
        var store = server.Store(schema);
        await using (await BenchHost.StartAsync(store, _ => { })) { } // makes the schema
        return await CountedAsync(server, schema, ["stream"], () => Streams.RunAsync(store, Bound, Items, () => { }));
    }

    static async Task<(ServerWork Work, Rows Rows)> CountedAsync(BenchServer server, string schema, string[] tables, Func<Task> work)
    {
        await server.RunAsync("CHECKPOINT");
        var (rowsBefore, before) = (await Rows.ReadAsync(server, schema, tables), await ServerWork.ReadAsync(server));
        await work();
        var done = await ServerWork.ReadAsync(server) - before;
        return (done, await Rows.ReadAsync(server, schema, tables) - rowsBefore);
    }

    static async Task EmptyAsync(BenchServer server, string schema)
    {
        await using var left = server.Source.CreateCommand($"SELECT count(*) FROM (SELECT id FROM {schema}.job ORDER BY id DESC LIMIT 1) AS newest");
        while ((long)(await left.ExecuteScalarAsync())! > 0) await Task.Delay(Look);
    }

    /// <summary>What the server has counted of some tables: versions that were written or deleted, and those that stayed in their page without an index entry.</summary>
    sealed record Rows(long Written, long InPage)
    {
        static readonly TimeSpan Told = TimeSpan.FromSeconds(12); // a session that does nothing tells what it has counted after ten

        public static async Task<Rows> ReadAsync(BenchServer server, string schema, string[] tables)
        {
            await Task.Delay(Told);
            await using var command = server.Source.CreateCommand("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint, sum(n_tup_hot_upd)::bigint FROM pg_stat_all_tables WHERE schemaname = $1 AND relname LIKE ANY ($2)");
            command.Parameters.Add(new() { Value = schema });
            command.Parameters.Add(new() { Value = tables });
            await using var row = await command.ExecuteReaderAsync();
            await row.ReadAsync();
            return new(row.GetInt64(0), row.GetInt64(1));
        }

        public static Rows operator -(Rows after, Rows before) => new(after.Written - before.Written, after.InPage - before.InPage);
    }
}
