using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tidemark.Hosting;

namespace Tidemark.TortureHost;

/// <summary>
/// One process of a service: a job with a step, a stream of calls to the outside, a park, and a stream of effects in the database. What its
/// handlers do is written to a log of their own, from which the test judges. Says <c>up</c>, then <c>ended STATE</c>, and leaves.
/// </summary>
internal sealed class WorkMode(Arguments arguments)
{
    public const int Items = 60;
    public const int Bound = 5;
    const int Concurrency = 2;

    static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(3); // nobody is left behind by a test that died

    static readonly JobKey<int> Work = new("work");

    readonly TaskCompletionSource drain = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly int drainAt = arguments.Number("drain-at", -1);
    readonly int holdAt = arguments.Number("hold-at", -1);
    readonly string parked = Path.Combine(arguments.Folder, "parked");
    readonly string tabled = Path.Combine(arguments.Folder, "tabled");
    readonly Lock gate = new();

    // A log a process: appending is not atomic between several.
    public static IEnumerable<string> Logs(string folder) => Directory.EnumerateFiles(folder, "began-*.log");

    public async Task<int> RunAsync()
    {
        // Not tied to its parent's death: the kernel means the thread that started it, and a test's threads come and go.
        _ = Task.Delay(LongestLife).ContinueWith(_ => Environment.Exit(3), TaskScheduler.Default);
        await using var store = new HostStore(arguments);
        FaultArming.FromEnvironment(store.Gate);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddLogging(logging => logging.AddProvider(new StderrLogs()).SetMinimumLevel(LogLevel.Warning));
        builder.Services.AddTidemark(tidemark =>
        {
            store.AddTo(tidemark);
            if (arguments.Has("lease-ms")) ShortLease(tidemark.Options);
            if (arguments.Has("watch-only")) tidemark.AddJob(new JobKey<int>("nothing")).HandledBy((int _) => { });
            else tidemark.AddJob(Work).HandledBy((int items, JobContext job) => HandleAsync(items, job))
                .Stream("calls", stream => (stream.ResumeCost, stream.Concurrency) = (ResumeCost.AtMost(Bound), Concurrency))
                .Stream("effects", stream => stream.ResumeCost = ResumeCost.AtMost(Bound));
        });
        using var host = builder.Build();
        await host.StartAsync();
        await AgainAsync(() => CreateTableAsync(store, host.Services));
        Console.WriteLine("up");
        var jobs = host.Services.GetRequiredService<IJobClient>();
        JobId id = default;
        await AgainAsync(async () => id = (await jobs.EnqueueAsync(Work, Items, new() { Dedup = Dedup.Key("the one").ForEver() })).Id);
        var ending = jobs.WaitAsync(id, CancellationToken.None);
        await Task.WhenAny(ending, drain.Task);
        if (ending.IsCompleted) Console.WriteLine($"ended {(await ending).State}");
        if (arguments.Has("prune")) await host.Services.GetRequiredService<TidemarkHost>().Parts.Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.Zero, Limit = 100 });
        await host.StopAsync();
        return 0;
    }

    void ShortLease(TidemarkOptions options)
    {
        options.LeaseDuration = TimeSpan.FromMilliseconds(arguments.Number("lease-ms", 0));
        options.BeatInterval = options.RescueInterval = options.LeaseDuration / 6;
    }

    // An unknown outcome is asked again: the job has a key, and the table is made once.
    static async Task AgainAsync(Func<Task> call)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (StoreException cut)
            {
                await Console.Error.WriteLineAsync(cut.Message);
            }
        }
    }

    async Task HandleAsync(int items, JobContext job)
    {
        var numbers = Enumerable.Range(0, items).ToArray();
        if (!arguments.Has("only-effects")) await CallAsync(numbers, job);
        var effects = job.Stream("effects", Tidemark.Items.Of(numbers, number => $"{number}"));
        await (arguments.Has("commands") ? effects.CommitAsync(Add) : effects.CommitAsync(InsertAsync));
        job.CommitOnSuccess(async (transaction, token) => await CountAsync(transaction, -1, token));
    }

    async Task CallAsync(int[] numbers, JobContext job)
    {
        await job.StepAsync("open", (step, _) => Begin("step", 0, step.IdempotencyKey));
        await job.Stream("calls", Tidemark.Items.Of(numbers, number => $"{number}")).ForEachAsync(async (item, _) =>
        {
            if (item.Value == drainAt) drain.TrySetResult();
            await Begin("call", item.Value, item.IdempotencyKey);
            if (item.Value == holdAt) await Task.Delay(Timeout.Infinite, CancellationToken.None);
        });
        if (File.Exists(parked)) return;
        await File.WriteAllTextAsync(parked, "");
        throw Park.Until(DateTimeOffset.UtcNow.AddMilliseconds(20), "once");
    }

    static void Add(IReadOnlyList<StreamItem<int>> items, DbBatch batch)
    {
        foreach (var item in items)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = Insert(item.Value);
            batch.BatchCommands.Add(command);
        }
    }

    static async Task InsertAsync(IReadOnlyList<StreamItem<int>> items, DbTransaction transaction, CancellationToken token)
    {
        foreach (var item in items) await CountAsync(transaction, item.Value, token);
    }

    // No key is unique: a second time would be seen.
    static async Task CountAsync(DbTransaction transaction, int number, CancellationToken token)
    {
        await using var insert = transaction.Connection!.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = Insert(number);
        await insert.ExecuteNonQueryAsync(token);
    }

    static string Insert(int number) => string.Create(CultureInfo.InvariantCulture, $"INSERT INTO effect (number) VALUES ({number})");

    // In the first life only: a later one would hold the gate for it just when its first rescue and claim are looked at.
    async Task CreateTableAsync(HostStore store, IServiceProvider services)
    {
        if (File.Exists(tabled)) return;
        await store.CreateAsync(services, "CREATE TABLE IF NOT EXISTS effect (number INTEGER NOT NULL)");
        await File.WriteAllTextAsync(tabled, "");
    }

    // One write: with the kernel when it returns, whatever kills us next.
    Task Begin(string what, int number, string idempotencyKey)
    {
        lock (gate) File.AppendAllText(Path.Combine(arguments.Folder, $"began-{Environment.ProcessId}.log"), $"{what} {number} {idempotencyKey}\n");
        return Task.CompletedTask;
    }

    sealed class StderrLogs : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose() { }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Console.Error.WriteLine($"{logLevel}: {formatter(state, exception)} {exception?.Message}");
    }
}
