using FsCheck;
using FsCheck.Fluent;
using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Locking;
using Tidemark.Running;
using Tidemark.Scheduling;
using Tidemark.Settling;
using Tidemark.Upkeep;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite.Differential;

/// <summary>Sequences that never come to the rare answers compare nothing worth comparing.</summary>
public sealed class ReachTests
{
    const int Sequences = 5_000; // a bound: a few hundred are enough

    static readonly Dictionary<string, Func<object?, bool>> Rare = new()
    {
        ["a dedup key is held"] = answer => answer is EnqueueReply[] replies && replies.Any(reply => reply.Verdict == EnqueueVerdict.Existing),
        ["a dedup key is held with other arguments"] = answer => answer is EnqueueReply[] replies && replies.Any(reply => reply.Verdict == EnqueueVerdict.Conflict),
        ["a suspect is claimed"] = answer => answer is ClaimReply reply && reply.Jobs.Any(job => job.IsSuspect),
        ["there is more to claim"] = answer => answer is ClaimReply { More: true },
        ["a save is refused"] = answer => answer is SaveReply { Verdict: SaveVerdict.LeaseLost },
        ["a save brings an ask"] = answer => answer is SaveReply { Ask: not null },
        ["an outcome is refused"] = answer => answer is SettleVerdict[] verdicts && verdicts.Contains(SettleVerdict.LeaseLost),
        ["a running job is asked"] = answer => answer is ControlReply { Verdict: ControlVerdict.Asked },
        ["an action is refused"] = answer => answer is ControlReply { Verdict: ControlVerdict.Refused },
        ["a worker reads what is asked"] = answer => answer is Ask[] { Length: > 0 },
        ["a crash costs counted items"] = answer => Jobs(answer).Any(job => job.Interruption is { Exact: true, CostItems: > 0 }),
        ["a silent worker's cost is not known"] = answer => Jobs(answer).Any(job => job.Interruption is { Exact: false }),
        ["a job fails by its crashes"] = answer => Jobs(answer).Any(job => job.Next == JobState.Failed),
        ["quarantine is replayed"] = answer => answer is ReplayReply { Items: > 0 },
        ["a visit reads what it replays"] = answer => answer is QuarantinedRow[] { Length: > 0 },
        ["quarantine is dropped"] = answer => answer is > 0,
        ["keys are settled"] = answer => answer is string[] { Length: > 0 },
        ["a schedule was changed by another"] = answer => answer is ScheduleReply[] replies && replies.Any(reply => reply.Verdict == ScheduleVerdict.Moved),
        ["an occurrence has had its job"] = answer => answer is ScheduleReply[] replies && replies.Any(reply => reply.Jobs.Contains(null)),
        ["a schedule is due"] = answer => answer is DueSchedules { Schedules.Length: > 0 },
        ["a lock is waited for"] = answer => answer is LockTold { Verdict: LockVerdict.Waiting },
        ["a lock is busy"] = answer => answer is LockTold { Verdict: LockVerdict.Busy },
        ["a lock goes to the next"] = answer => answer is TicketRow[] { Length: > 0 },
        ["a lock is broken"] = answer => answer is true,
        ["a late beat is refused"] = answer => answer is BeatReply { Alive: false },
    };

    [Fact]
    public async Task The_sequences_come_to_every_rare_answer()
    {
        var missing = Rare.Keys.ToHashSet();
        var sequences = Differential.Sequences.Arbitrary.Generator.Sample(Sequences, new Rnd(20260303, 7), 50).ToList();
        for (var count = 0; count < Sequences && missing.Count > 0; count++)
        {
            await using var model = new Bench(await InMemoryUnderTest.CreateAsync());
            foreach (var step in sequences[count])
            {
                var answer = await AnswerAsync(model, step);
                missing.RemoveWhere(name => Rare[name](answer));
            }
        }
        Assert.Empty(missing);
    }

    static RescuedJob[] Jobs(object? answer) => answer switch
    {
        Rescued rescued => rescued.Jobs,
        Crashed crashed => crashed.After.Jobs,
        _ => [],
    };

    static async Task<object?> AnswerAsync(Bench bench, Step step)
    {
        try
        {
            return await Verbs.All[step.Verb].Run(bench, step);
        }
        catch (InvalidOperationException)
        {
            return null; // a checkpoint out of turn: the other test compares that too
        }
    }
}
