using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Settling;
using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.Sqlite.Differential;

/// <summary>What can be asked of a store. Each answers with what the store said; null where there was nothing to ask about.</summary>
internal static partial class Verbs
{
    static readonly string[] Names = ["alpha", "beta"];
    static readonly string[] Queues = ["default", "slow"];
    static readonly string[] Keys = ["a", "b", "c", "d", "e"];
    static readonly string[] Streams = ["sims", "bills"];
    static readonly JobEvent[] Endings = [JobEvent.Succeed, JobEvent.Retry, JobEvent.Fail, JobEvent.Release, JobEvent.Park, JobEvent.Cancel];
    static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The weight of a verb is how often it comes; what makes and moves jobs comes most.</summary>
    public static IReadOnlyDictionary<string, (int Weight, Func<Bench, Step, Task<object?>> Run)> All { get; } =
        new Dictionary<string, (int, Func<Bench, Step, Task<object?>>)>
        {
            ["Register"] = (3, RegisterAsync),
            ["Enqueue"] = (8, EnqueueAsync),
            ["Heir"] = (1, HeirAsync),
            ["Claim"] = (10, ClaimAsync),
            ["AskAgain"] = (1, AskAgainAsync),
            ["Enter"] = (7, (bench, step) => Done(() => Enter(bench, step))),
            ["Leave"] = (2, (bench, step) => Done(() => Leave(bench, step))),
            ["OpenStream"] = (4, (bench, step) => Done(() => OpenStream(bench, step))),
            ["StartItem"] = (5, (bench, step) => Done(() => StartItem(bench, step))),
            ["EndItem"] = (3, (bench, step) => Done(() => EndItem(bench, step))),
            ["Checkpoint"] = (8, CheckpointAsync),
            ["Split"] = (3, SplitAsync),
            ["Memo"] = (2, MemoAsync),
            ["Log"] = (1, LogAsync),
            ["Settle"] = (8, SettleAsync),
            ["Control"] = (6, ControlAsync),
            ["Replay"] = (3, ReplayAsync),
            ["ReadReplay"] = (2, ReadReplayAsync),
            ["Drop"] = (1, async (bench, step) => await bench.Store.DropQuarantineAsync(await IdsAsync(bench, step.A, step.B), "ada")),
            ["Pause"] = (1, async (bench, step) => { await bench.Store.SetQueuePausedAsync(Queues[step.A % 2], step.B % 2 == 0, "ada", "a test"); return null; }),
            ["Asks"] = (2, async (bench, step) => bench.Worker(step.A) is { } worker ? (await bench.Store.ReadAsksAsync(worker)).OrderBy(ask => ask.Job.Value).ToArray() : null),
            ["Settled"] = (1, SettledAsync),
            ["Pass"] = (5, async (bench, step) => { await bench.PassAsync(1 + (step.A % 8)); return null; }),
            ["Beat"] = (5, async (bench, step) => bench.Worker(step.A) is { } worker ? await bench.Store.BeatAsync(new() { Worker = worker, Draining = false, Running = step.B % 3 }) : null),
            ["Kill"] = (2, async (bench, step) => { if (bench.Worker(step.A) is { } worker) await bench.KillAsync(worker); return null; }),
            ["Retire"] = (1, async (bench, step) => { if (bench.Worker(step.A) is { } worker) await bench.RetireAsync(worker); return null; }),
            ["Rescue"] = (5, RescueAsync),
            ["Crash"] = (3, CrashAsync),
            ["ChangeSchedule"] = (7, ChangeScheduleAsync),
            ["DueSchedules"] = (2, async (bench, step) => await bench.Store.ReadDueSchedulesAsync(1 + (step.A % 3))),
            ["ListSchedules"] = (2, ListSchedulesAsync),
            ["Occurrences"] = (1, OccurrencesAsync),
            ["AskLock"] = (6, AskLockAsync),
            ["LetGo"] = (4, LetGoAsync),
            ["Tickets"] = (2, TicketsAsync),
            ["BreakLock"] = (1, BreakLockAsync),
            ["Prune"] = (1, async (bench, step) => await bench.Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromHours(step.A % 12), Limit = 1_000 })),
        };

    static Task<object?> Done(Action act)
    {
        act();
        return Task.FromResult<object?>(null);
    }

    static async Task<object?> RegisterAsync(Bench bench, Step step)
    {
        var worker = await bench.Store.RegisterAsync(Given.Worker with
        {
            JobNames = Names[..(1 + (step.A % 2))],
            Queues = Queues,
            LeaseDuration = TimeSpan.FromHours(5.5), // never just as old as the time that passes by whole hours
            Slots = 2,
        });
        bench.Workers.Add(worker);
        return worker;
    }

    static async Task<object?> EnqueueAsync(Bench bench, Step step)
    {
        var jobs = Enumerable.Range(0, 1 + (step.C % 2)).Select(more => Given.Job with
        {
            Name = Names[(step.A + more) % 2],
            Queue = Queues[step.A / 2 % 2],
            Priority = step.B % 3,
            DueAt = step.B % 4 == 0 ? Noon.AddHours(step.C % 20) : null,
            Tags = step.A % 5 == 0 ? ",x," : null,
            Dedup = (step.C % 5) switch
            {
                0 => Given.Key(Keys[step.A % 3]),
                1 => Given.Key(Keys[step.A % 3], DedupScope.ForDuration, TimeSpan.FromHours(1 + (step.B % 5))),
                2 => Given.Key(Keys[step.A % 3], DedupScope.ForEver, hash: step.B % 4 == 0 ? "fedcba9876543210" : "0123456789abcdef"),
                _ => null,
            },
        }).ToArray();
        return Accepted(bench, await bench.Store.EnqueueAsync(jobs, null));
    }

    static async Task<object?> HeirAsync(Bench bench, Step step) => Bench.Pick(bench.Jobs, step.A) is { Value: > 0 } late
        ? Accepted(bench, await bench.Store.EnqueueAsync([Given.Job with { Name = Names[step.B % 2], Inherits = late }], null))
        : null;

    static EnqueueReply[] Accepted(Bench bench, EnqueueReply[] replies)
    {
        bench.Jobs.AddRange(replies.Where(reply => reply.Verdict == EnqueueVerdict.Created).Select(reply => reply.Id));
        return replies;
    }

    static async Task<object?> ClaimAsync(Bench bench, Step step)
    {
        if (bench.Worker(step.A) is not { } worker) return null;
        var reply = await bench.Store.ClaimAsync(new()
        {
            Worker = worker,
            Demands = [.. Queues.Take(1 + (step.B % 2)).Select(queue => new QueueDemand(queue, 1 + (step.C % 3)))],
            SuspectAllowed = step.C % 2 == 0,
            Prompt = step.C % 3 > 0 ? ClaimPrompt.Poll : ClaimPrompt.Told,
        });
        bench.Held.AddRange(reply.Jobs.Select(job => new Holding(job)));
        return reply;
    }

    static async Task<object?> AskAgainAsync(Bench bench, Step step)
    {
        if (bench.Worker(step.A) is not { } worker) return null;
        var known = bench.Held.Where(holding => holding.Job.Worker == worker).Select(holding => holding.Job.Lease).Skip(step.B % 2).ToArray();
        var reply = await bench.Store.ClaimAsync(new() { Worker = worker, Demands = [], SuspectAllowed = false, Known = known });
        return reply with { Jobs = [.. reply.Jobs.OrderBy(job => job.Id.Value)] };
    }

    static async Task<object?> ControlAsync(Bench bench, Step step) => Bench.Pick(bench.Jobs, step.A) is { Value: > 0 } job
        ? await bench.Store.ControlAsync(new()
        {
            Job = job,
            Action = Enum.GetValues<ControlAction>()[step.B % Enum.GetValues<ControlAction>().Length],
            By = "ada",
            Reason = step.C % 2 == 0 ? "she said so" : null,
            Until = step.B % 5 == (int)ControlAction.Park && step.C % 3 == 0 ? Noon.AddHours(step.C % 12) : null,
        })
        : null;

    static async Task<object?> ReadReplayAsync(Bench bench, Step step)
    {
        if (Bench.Pick(step.C % 4 == 0 ? bench.Jobs : bench.Replays, step.A) is not { Value: > 0 } job) return null; // others have nothing to replay
        var after = step.B % 3 == 0 ? (await IdsAsync(bench, step.B)).FirstOrDefault() : 0;
        return (await bench.Store.ReadReplayAsync(job, after, 1 + (step.C % 3))).Select(row => row with { Id = 0 }).ToArray();
    }

    static async Task<long[]> IdsAsync(Bench bench, params int[] numbers)
    {
        var items = await bench.QuarantineAsync();
        return items.Length == 0 ? [] : [.. numbers.Select(number => items[number % items.Length].Id)];
    }

    // To the end: how the work is cut into calls is each store's own.
    static async Task<object?> RescueAsync(Bench bench, Step step)
    {
        var (jobs, buried) = (new List<Tidemark.Upkeep.RescuedJob>(), 0);
        Tidemark.Upkeep.RescueReply reply;
        do
        {
            reply = await bench.Store.RescueAsync(new()
            {
                By = bench.Worker(step.A) ?? default, CrashBudget = 1 + (step.B % 3), ItemCrashBudgets = new Dictionary<(string, string), int> { [(Names[0], Given.Stream)] = 1 + (step.B % 2) }, Limit = 1 + (step.C % 4),
            });
            jobs.AddRange(reply.Jobs);
            buried += reply.WorkersBuried;
        }
        while (reply.More);
        return new Rescued([.. jobs], buried);
    }

    // What single calls would hardly ever come to in a row: a process takes what it may, begins an item of it, and dies.
    static async Task<object?> CrashAsync(Bench bench, Step step)
    {
        var worker = (WorkerId)(await RegisterAsync(bench, step))!;
        var claimed = await bench.Store.ClaimAsync(new() { Worker = worker, Demands = [.. Queues.Select(queue => new QueueDemand(queue, step.B % 2))], SuspectAllowed = true });
        var presence = bench.Store.PresenceOf(worker);
        foreach (var job in claimed.Jobs)
        {
            var slot = presence.Enter(job.Id, job.Fence);
            if (step.C % 3 == 0) continue;
            presence.OpenStream(slot, Streams[step.B % 2]);
            presence.ItemStarted(slot, Keys[step.C % Keys.Length], timed: false);
        }
        await bench.KillAsync(worker);
        return new Crashed(claimed, (Rescued)(await RescueAsync(bench, step))!);
    }

    static async Task<object?> ReplayAsync(Bench bench, Step step)
    {
        if (Bench.Pick(bench.Jobs, step.A) is not { Value: > 0 } job) return null;
        var reply = await bench.Store.ReplayAsync(new()
        {
            Job = job,
            Stream = step.B % 3 == 0 ? Streams[0] : null,
            Ids = step.C % 3 == 0 ? await IdsAsync(bench, step.C) : null,
            By = "ada",
        });
        bench.Jobs.AddRange(reply.Visits);
        bench.Replays.AddRange(reply.Visits);
        return reply;
    }
}

/// <summary>What a rescue came to, over all its calls.</summary>
internal sealed record Rescued(Tidemark.Upkeep.RescuedJob[] Jobs, int WorkersBuried);

/// <summary>What a process claimed before it died, and what became of it.</summary>
internal sealed record Crashed(ClaimReply Claimed, Rescued After);
