using System.Diagnostics;
using Npgsql;
using Tidemark.Leasing;
using Tidemark.PostgreSql;

namespace Tidemark.TortureHost;

/// <summary>
/// Workers of a server that beat as fast as they can, while no thread of the pool is free or will be: more of them than there are processors, so that they interrupt each other. Says whether each
/// beat found its worker alive, and has no other way to end than the last one.
/// </summary>
internal static class BeatMode
{
    const int Fewest = 2_000; // of each worker
    static readonly TimeSpan Enough = TimeSpan.FromSeconds(40); // on a machine so busy that all of them would take minutes
    static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(3); // nobody is left behind by a test that died

    public static async Task<int> RunAsync(Arguments arguments)
    {
        await using var source = NpgsqlDataSource.Create(arguments.Text("connection"));
        var (left, workers) = (arguments.Number("workers", 4), new List<Thread>());
        var alive = true;
        for (var number = left; number > 0; number--)
        {
            var store = new PostgreSqlJobStore(source, new() { Schema = arguments.Text("schema"), PresenceDirectory = Path.Combine(arguments.Folder, "presence") });
            await store.OpenAsync();
            var worker = await store.RegisterAsync(new()
            {
                Name = $"beating-{number}", Host = Environment.MachineName, ProcessId = Environment.ProcessId, JobNames = [], Queues = [], Slots = 1,
                LeaseDuration = TimeSpan.FromMilliseconds(arguments.Number("lease-ms", 2_000)),
            });
            workers.Add(new(() =>
            {
                var since = Stopwatch.StartNew();
                var asked = arguments.Number("beats", 10_000);
                for (var beats = 0; beats < asked && (beats < Fewest || since.Elapsed < Enough); beats++)
                {
                    if (!store.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 }).AsTask().GetAwaiter().GetResult().Alive) alive = false;
                }
                if (Interlocked.Decrement(ref left) > 0) return;
                Console.WriteLine(alive ? "alive" : "dead");
                Environment.Exit(0);
            }));
        }
        ThreadPool.SetMaxThreads(Environment.ProcessorCount, Environment.ProcessorCount);
        using var never = new ManualResetEventSlim();
        for (var i = 0; i < 10 * Environment.ProcessorCount; i++) ThreadPool.QueueUserWorkItem(_ => never.Wait());
        workers.ForEach(worker => worker.Start());
        Thread.Sleep(LongestLife);
        return 3;
    }
}
