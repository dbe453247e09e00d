using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>
/// The n-th call of the real store fails, before it was carried out or after: n = 1, 2, … until a run has no n-th call any more. Whichever it
/// is, nothing is lost, nothing happens twice, and nothing stays stuck.
/// </summary>
public sealed class StoreCallTests(ITestOutputHelper output)
{
    const int Numbers = 5;
    const int AsCommand = 100;
    static readonly JobKey<int> Work = new("work");

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite, false)]
    [InlineData(StoreKind.Sqlite, true)]
    [InlineData(StoreKind.PostgreSql, false)]
    [InlineData(StoreKind.PostgreSql, true)]
    public async Task Whichever_call_of_the_store_fails_once_the_job_ends_with_everything_done_once(StoreKind kind, bool afterwards)
    {
        await using var store = await CrashStore.CreateAsync(kind);
        var (n, faults) = (0, new NthCall(0, afterwards));
        do
        {
            await store.StartOverAsync();
            faults = new(++n, afterwards);
            await LiveAsync(store, faults);
        }
        while (faults.Failed is not null);
        output.WriteLine($"{n - 1} calls failed, one a run");
        Assert.InRange(n, 10, 200);
    }

    static async Task LiveAsync(CrashStore store, NthCall faults)
    {
        var calls = new ConcurrentQueue<string>();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UseStore((time, _) => new FaultyStore(store.Make(), faults, time));
            tidemark.Options.PollInterval = TimeSpan.FromMilliseconds(100);
            tidemark.AddJob(Work).HandledBy((int numbers, JobContext job) => HandleAsync(numbers, job, calls)).Retry(RetryPolicy.None)
                .Stream("calls", stream => stream.ResumeCost = ResumeCost.AtMost(2))
                .Stream("effects", stream => stream.ResumeCost = ResumeCost.AtMost(3))
                .Stream("commands", stream => stream.ResumeCost = ResumeCost.AtMost(3));
        });
        using var host = builder.Build();
        await host.StartAsync(Ending);
        await store.ExecuteAsync("CREATE TABLE effect (number INTEGER NOT NULL)");
        faults.Begin();
        var jobs = host.Services.GetRequiredService<IJobClient>();
        var id = await AgainAsync(async () => (await jobs.EnqueueAsync(Work, Numbers, new() { Dedup = Dedup.Key("the one").ForEver() }, Ending)).Id);
        var end = await AgainAsync(() => jobs.WaitAsync(id, Ending).WaitAsync(CrashTime.Longest, Ending));
        faults.End();
        await host.StopAsync(Ending);

        var fault = $"with {faults.Failed ?? "no fault"}";
        Assert.True(end.State == JobState.Succeeded, $"{end.State} {fault}: {end.Error}");
        Assert.Equal($"0 1 2 3 4 cursor step {fault}", $"{string.Join(" ", calls.Order(StringComparer.Ordinal))} {fault}");
        int[] written = [-1, .. Enumerable.Range(0, Numbers), .. Enumerable.Range(AsCommand, Numbers)];
        Assert.Equal(written, store.Read("SELECT number FROM effect ORDER BY number", row => row.GetInt32(0)));
    }

    // As a caller does: an error of the store is answered by asking again with the same key.
    static async Task<T> AgainAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (StoreException)
        {
            return await call();
        }
    }

    static async Task HandleAsync(int numbers, JobContext job, ConcurrentQueue<string> calls)
    {
        await job.StepAsync("step", (_, _) =>
        {
            calls.Enqueue("step");
            return Task.CompletedTask;
        });
        var all = Enumerable.Range(0, numbers).ToArray();
        await job.Stream("calls", Items.Of(all, number => $"{number}")).ForEachAsync((item, _) =>
        {
            calls.Enqueue(item.Key);
            return Task.CompletedTask;
        });
        var cursor = job.Cursor<bool>("parked");
        if (!await cursor.LoadAsync(false))
        {
            calls.Enqueue("cursor");
            await cursor.SaveAsync(true);
            throw Park.Until(DateTimeOffset.UtcNow, "once");
        }
        await job.Stream("effects", Items.Of(all, number => $"{number}")).CommitAsync(async (items, transaction, token) =>
        {
            foreach (var item in items) await InsertAsync(transaction, item.Value, token);
        });
        await job.Stream("commands", Items.Of(all, number => $"{number}")).CommitAsync((items, batch) =>
        {
            foreach (var item in items)
            {
                var command = batch.CreateBatchCommand();
                command.CommandText = Insert(AsCommand + item.Value);
                batch.BatchCommands.Add(command);
            }
        });
        job.CommitOnSuccess((transaction, token) => InsertAsync(transaction, -1, token));
    }

    static async Task InsertAsync(DbTransaction transaction, int number, CancellationToken cancellationToken)
    {
        await using var insert = transaction.Connection!.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = Insert(number);
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    static string Insert(int number) => $"INSERT INTO effect VALUES ({number})";

    /// <summary>Counts what work asks of the store. Beats and chores come by the clock: their number is no number of the run.</summary>
    sealed class NthCall(int n, bool afterwards) : IFaultSource
    {
        static readonly string[] Counted = ["EnqueueAsync", "ClaimAsync", "RecallAsync", "SaveMemoAsync", "CheckpointAsync", "SettledAmongAsync", "SettleAsync", "GetVerdictAsync"];
        int left = n;
        bool counts;

        public string? Failed { get; private set; }

        public void Begin() => Volatile.Write(ref counts, true);

        public void End() => Volatile.Write(ref counts, false);

        public Fault Next(string operation)
        {
            if (!Volatile.Read(ref counts) || !Counted.Contains(operation) || Interlocked.Decrement(ref left) != 0) return default;
            Failed = $"a call ({operation}) failed {(afterwards ? "after it was carried out" : "before")}";
            return new() { ErrorBefore = !afterwards, ErrorAfter = afterwards };
        }
    }
}
