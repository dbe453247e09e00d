using Tidemark.Leasing;
using Tidemark.Locking;
using Tidemark.Reading;
using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.Sqlite.Differential;

/// <summary>One of the two stores, and what its callers know by now: its workers, what they hold, the jobs that were accepted.</summary>
internal sealed class Bench(IStoreUnderTest under) : IAsyncDisposable
{
    readonly HashSet<WorkerId> gone = [];
    long calls;

    public Storage.IJobStore Store => under.Store;
    public List<WorkerId> Workers { get; } = [];
    public List<Holding> Held { get; } = [];
    public List<JobId> Jobs { get; } = [];

    /// <summary>The visits that replay quarantine.</summary>
    public List<JobId> Replays { get; } = [];

    /// <summary>The tokens that were given, in their order.</summary>
    public List<long> Tokens { get; } = [];

    /// <summary>The last asking for a lock.</summary>
    public LockAsk? Asked { get; set; }

    /// <summary>The one meant by this number, or the default if there is none yet.</summary>
    public static T? Pick<T>(IReadOnlyList<T> all, int number) => all.Count == 0 ? default : all[number % all.Count];

    /// <summary>A dead process makes no calls, and neither does one that has signed off.</summary>
    public bool Acts(WorkerId worker) => !gone.Contains(worker);

    public WorkerId? Worker(int number) => Pick([.. Workers.Where(Acts)], number) is { Value: > 0 } worker ? worker : null;

    public Holding? Holding(int number) => Pick([.. Held.Where(holding => Acts(holding.Job.Worker))], number);

    public long NextCall() => ++calls;

    /// <summary>Which of the tokens that were given: from 1; 0 for none, −1 for one that nobody was told of.</summary>
    public long PlaceOf(long token) => token == 0 ? 0 : Tokens.IndexOf(token) is >= 0 and var place ? place + 1 : -1;

    public Task PassAsync(int hours) => under.PassAsync(TimeSpan.FromHours(hours));

    public async Task KillAsync(WorkerId worker)
    {
        await under.KillWorkerAsync(worker);
        gone.Add(worker);
    }

    public async Task RetireAsync(WorkerId worker)
    {
        await Store.RetireAsync(worker);
        gone.Add(worker);
    }

    /// <summary>The quarantined items, the oldest first. Their ids grow in either store, but not by the same steps.</summary>
    public async Task<QuarantineReading[]> QuarantineAsync() => (await Store.ListQuarantineAsync(new() { Limit = 1_000 })).Items;

    /// <summary>Everything that a reader can see. A beat's age is left out: SQLite's beats go by the machine's own clock.</summary>
    public async Task<string> ObserveAsync()
    {
        var jobs = (await Store.ListJobsAsync(new() { Limit = 1_000 })).Jobs;
        var details = new List<object?>();
        foreach (var job in jobs)
        {
            details.Add(await Store.GetJobAsync(job.Id));
            details.Add(await Store.GetVerdictAsync(job.Id));
            details.Add(await Store.RecallAsync(job.Id, job.Parent));
        }
        var schedules = new List<object?>();
        foreach (var kept in (await Store.ListSchedulesAsync(new())).Schedules)
        {
            schedules.Add(await Store.GetScheduleAsync(kept.Row.Name));
            schedules.Add(await Store.ListOccurrencesAsync(new() { Schedule = kept.Row.Name, Limit = 1_000 }));
        }
        return Same.Text(new object?[]
        {
            schedules, (await Store.ListLocksAsync(new())).Select(line => line with { Token = PlaceOf(line.Token) }).ToArray(),
            jobs, details, (await QuarantineAsync()).Select(item => item with { Id = 0 }).ToArray(), await Store.ListQueuesAsync(),
            (await Store.ListWorkersAsync()).Select(worker => worker with { BeatAge = default }).ToArray(),
        });
    }

    public ValueTask DisposeAsync() => under.DisposeAsync();
}

/// <summary>A claimed job in its worker's hands; its slot once its handler has begun.</summary>
internal sealed class Holding(ClaimedJob job)
{
    public ClaimedJob Job => job;
    public int? Slot { get; set; }
    public bool IsInStream { get; set; }
    public List<int> Places { get; } = [];
    public Dictionary<string, long> Numbers { get; } = [];
}
