using System.Data.Common;
using Tidemark.Storage.InMemory;

namespace Tidemark.Tests.Simulation;

internal enum StreamMode
{
    Each,
    Batch,
    Commit,
}

/// <summary>One stream, in one of the three ways, over one of several sources, with items that are slow, flaky, bad or deadly.</summary>
internal sealed class StreamScript(int index) : Script(index)
{
    const string Stream = "items";

    readonly Dictionary<string, int> troubles = [];
    readonly Dictionary<string, int> committed = [];

    public required StreamMode Mode { get; init; }
    public required Func<Stage, Source<int>> Source { get; init; }
    public required int Items { get; init; }
    public required StreamOptions Options { get; init; }
    public required Func<int, TimeSpan> ItemTime { get; init; }
    public int BatchSize { get; init; } = 1;

    /// <summary>How often an item fails before it is well; <see cref="int.MaxValue"/>: it never is.</summary>
    public required Dictionary<string, int> Flaky { get; init; }

    /// <summary>How often an item takes its process down.</summary>
    public required Dictionary<string, int> Deadly { get; init; }

    /// <summary>While it lasts every item fails, and it is not the items.</summary>
    public (TimeSpan From, TimeSpan Until)? Outage { get; init; }
    public bool IgnoresAbort { get; init; }

    public override Dictionary<string, StreamOptions> Streams => new() { [Stream] = Options };

    public override TimeSpan Work
    {
        get
        {
            var tries = Items + Flaky.Values.Sum(times => Math.Min(times, Options.Retry.MaxRetries + 1)) + Deadly.Values.Sum();
            var longest = Enumerable.Range(0, Items).Max(ItemTime);
            var parks = Options.Breaker is { } breaker ? breaker.PauseCeiling * (breaker.MaxCanaries + Flaky.Count) : TimeSpan.Zero;
            return tries * (longest + Options.Retry.Ceiling + Options.Retry.BaseDelay) + parks;
        }
    }

    StreamPromise Promise => new(Stream, Options.ResumeCost.Items, Options.ResumeCost.Time, Options.Concurrency * BatchSize);

    public override string ToString() =>
        $"{base.ToString()} {Mode} {(Mode == StreamMode.Batch ? $"by {BatchSize} " : "")}of {Items}, partitions {Options.Partitions}, bound {Options.ResumeCost}, concurrency {Options.Concurrency}, retries {Options.Retry.MaxRetries}, in place {Options.MaxWaitInPlace.TotalSeconds} s, ahead {Options.MaxAhead}, "
        + $"breaker {Options.Breaker?.Failures}, flaky [{Told(Flaky)}], deadly [{Told(Deadly)}] after {Options.QuarantineAfterCrashes}, outage {Outage}{(IgnoresAbort ? ", ignores aborts" : "")}";

    static string Told(Dictionary<string, int> times) => string.Join(" ", times.Select(it => it.Value == int.MaxValue ? $"{it.Key}:ever" : $"{it.Key}:{it.Value}"));

    public override Task RunAsync(Stage stage)
    {
        var stream = stage.Job.Stream(Stream, Source(stage));
        return Mode switch
        {
            StreamMode.Each => stream.ForEachAsync((item, token) => WorkAsync(stage, [item], token)),
            StreamMode.Batch => stream.ForEachBatchAsync(BatchSize, (items, token) => WorkAsync(stage, items, token)),
            _ => stream.CommitAsync((items, transaction, _) => CommitAsync(stage, items, transaction)),
        };
    }

    public override string? FaultAtEnd(JobId job, Ending ending)
    {
        var quarantined = ending.QuarantinedKeys(job);
        if (Array.Find(ending.Details(job).Streams, stream => stream.Name == Stream) is not { Counters: var counters }) return "it succeeded without ever saving its stream";
        if (counters.Done + counters.Quarantined != Items || counters.Quarantined != quarantined.Count)
            return $"of {Items} items {counters.Done} were counted as done and {counters.Quarantined} as quarantined; {quarantined.Count} are in quarantine";
        for (var at = 0; at < Items; at++)
        {
            var key = $"{at}";
            var done = Mode == StreamMode.Commit ? committed.GetValueOrDefault(key) : ending.Log.WasDone(job, Stream, key) ? 1 : 0;
            if (quarantined.Contains(key) ? Mode == StreamMode.Commit && done > 0 : done != 1) return $"item {key} was done {done} times{(quarantined.Contains(key) ? " and quarantined" : "")}";
            // An item alone in flight at as many crashes as it is given is set aside, whoever killed the process.
            var killed = Options.QuarantineAfterCrashes > 0 && ending.Log.JobsOf(job).Any(part => ending.History.CrashesOf(part) > Options.QuarantineAfterCrashes);
            if (quarantined.Contains(key) && !Flaky.ContainsKey(key) && !killed && Outage is null) return $"item {key} is in quarantine although nothing was wrong with it";
        }
        return null;
    }

    async Task WorkAsync(Stage stage, IReadOnlyList<StreamItem<int>> items, CancellationToken abort)
    {
        var executions = items.Select(item => stage.Run.Begin(Promise, item.Key)).ToList();
        foreach (var item in items)
        {
            if (item.IdempotencyKey != $"{stage.Run.Whole}/{Stream}/{item.Key}") stage.Sim.Fail($"item {item.Key} of job {stage.Job.Id} got the idempotency key {item.IdempotencyKey}");
            await stage.DelayAsync(ItemTime(item.Value), IgnoresAbort ? CancellationToken.None : abort);
            if (Trouble(Deadly, "kills ", item.Key)) await stage.DieAsync($"item {item.Key}");
            if (ErrorOf(stage, item.Key) is not { } error) continue;
            executions.ForEach(execution => execution.End(ExecutionState.Threw, items.Count));
            throw error;
        }
        executions.ForEach(execution => execution.End(ExecutionState.Done, items.Count));
    }

    Task CommitAsync(Stage stage, IReadOnlyList<StreamItem<int>> items, DbTransaction transaction)
    {
        foreach (var item in items)
        {
            if (ErrorOf(stage, item.Key) is { } error) throw error;
            ((MemoryTransaction)transaction).Enlist(commit: () => committed[item.Key] = committed.GetValueOrDefault(item.Key) + 1, undo: null);
        }
        return Task.CompletedTask;
    }

    Exception? ErrorOf(Stage stage, string key)
    {
        if (Outage is { } outage && stage.Sim.Now >= outage.From && stage.Sim.Now < outage.Until) return new TimeoutException("the other side is down");
        return Trouble(Flaky, "fails ", key) ? new InvalidOperationException($"item '{key}' has failed") : null;
    }

    bool Trouble(Dictionary<string, int> times, string how, string key)
    {
        if (!times.TryGetValue(key, out var most) || troubles.GetValueOrDefault(how + key) >= most) return false;
        troubles[how + key] = troubles.GetValueOrDefault(how + key) + 1;
        return true;
    }
}
