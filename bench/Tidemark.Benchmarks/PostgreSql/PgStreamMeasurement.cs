using System.Data.Common;
using System.Diagnostics;
using Npgsql;

namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>
/// A stream on PostgreSQL at several bounds: with effects in the checkpoint's transaction (exactly once), and without, against a hand-written loop
/// that writes effects and cursor in one round trip and one commit as often.
/// </summary>
internal static class PgStreamMeasurement
{
    static readonly (int Bound, int Items, string Goal)[] Cases = [(1, 2_000, ">= 0.9"), (10, 20_000, ">= 0.9"), (100, 100_000, ">= 0.6")];
    const string InsertText = "INSERT INTO effect SELECT * FROM unnest($1, $2)";
    static readonly JobKey<int> Key = new("stream");

    public static async Task RunAsync(int rounds)
    {
        await using var server = await BenchServer.StartAsync();
        var rates = new Rates();
        for (var round = 0; round <= rounds; round++)
        {
            if (round == 1) rates = new(); // the first was to warm up
            foreach (var (bound, items, _) in Cases)
            {
                rates.Add($"pg stream, hand-written, effects every {bound}", items, await RawLoops.StreamAsync(server, items, bound));
                await server.RunAsync("DROP TABLE IF EXISTS effect", "CREATE TABLE effect (item bigint PRIMARY KEY, value int NOT NULL)", "CHECKPOINT");
                rates.Add($"pg stream, engine, effects as commands, bound {bound}", items, await EffectsAsync(server.Store(BenchServer.NewSchema()), bound, items, stream => stream.CommitAsync(Insert)));
                await server.RunAsync("TRUNCATE effect", "CHECKPOINT");
                rates.Add($"pg stream, engine, effects, bound {bound}", items, await EffectsAsync(server.Store(BenchServer.NewSchema()), bound, items, stream => stream.CommitAsync(InsertAsync)));
                rates.Add($"pg stream, engine, cursor only, bound {bound}", items, await Streams.RunAsync(server.Store(BenchServer.NewSchema()), bound, items, () => { }));
            }
        }
        foreach (var (bound, _, goal) in Cases)
        {
            rates.Print($"pg stream, hand-written, effects every {bound}", "items/s");
            rates.Print($"pg stream, engine, effects as commands, bound {bound}", "items/s", $"pg stream, hand-written, effects every {bound}", goal);
            rates.Print($"pg stream, engine, effects, bound {bound}", "items/s", $"pg stream, hand-written, effects every {bound}");
            rates.Print($"pg stream, engine, cursor only, bound {bound}", "items/s");
        }
    }

    static async Task<Stopwatch> EffectsAsync(Action<TidemarkBuilder> store, int bound, int items, Func<JobStream<int>, Task> commit)
    {
        var watch = new Stopwatch();
        await using var host = await BenchHost.StartAsync(store, tidemark => tidemark.AddJob(Key)
            .HandledBy(async (int _, JobContext job) =>
            {
                var stream = job.Stream("items", Items.Of(Enumerable.Range(0, items).ToArray(), item => $"{item}"));
                watch.Start();
                await commit(stream);
                watch.Stop();
            })
            .Stream("items", stream => stream.ResumeCost = ResumeCost.AtMost(bound)));
        var (id, _) = await host.Jobs.EnqueueAsync(Key, 0);
        var result = await host.Jobs.WaitAsync(id);
        return result.State == JobState.Succeeded ? watch : throw new InvalidOperationException(result.Error);
    }

    static void Insert(IReadOnlyList<StreamItem<int>> list, DbBatch batch) => batch.BatchCommands.Add(
        new NpgsqlBatchCommand(InsertText) { Parameters = { Keys(list), Values(list) } });

    static async Task InsertAsync(IReadOnlyList<StreamItem<int>> list, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand(InsertText, (NpgsqlConnection)transaction.Connection!) { Parameters = { Keys(list), Values(list) } };
        await insert.PrepareAsync(cancellationToken); // travels once a connection
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    static NpgsqlParameter<long[]> Keys(IReadOnlyList<StreamItem<int>> list) => new() { TypedValue = [.. list.Select(item => (long)item.Value)] };

    static NpgsqlParameter<int[]> Values(IReadOnlyList<StreamItem<int>> list) => new() { TypedValue = [.. list.Select(item => item.Value)] };
}
