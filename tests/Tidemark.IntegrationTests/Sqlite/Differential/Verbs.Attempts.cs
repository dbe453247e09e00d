using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.Storage;
using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.Sqlite.Differential;

/// <summary>What an attempt saves, and how it ends.</summary>
internal static partial class Verbs
{
    static async Task<object?> CheckpointAsync(Bench bench, Step step)
    {
        if (bench.Holding(step.A) is not { } holding) return null;
        var stream = Streams[step.B % 2];
        var number = holding.Numbers.GetValueOrDefault(stream, (await bench.Store.RecallAsync(holding.Job.Id, null)).Streams.FirstOrDefault(known => known.Name == stream)?.Number ?? 0);
        var saved = await bench.Store.CheckpointAsync(new()
        {
            Lease = holding.Job.Lease,
            Stream = stream,
            Number = step.C % 7 == 0 ? number : number + 1, // now and then a repeat
            Rows = Rows.Of(step, Keys),
            Effects = null,
        });
        if (saved.Verdict == SaveVerdict.Saved && step.C % 7 != 0) holding.Numbers[stream] = number + 1;
        return saved;
    }

    static async Task<object?> SplitAsync(Bench bench, Step step) => bench.Holding(step.A) is { } holding
        ? await bench.Store.SplitAsync(new() { Lease = holding.Job.Lease, Stream = Streams[step.B % 2], Partitions = 2 + (step.C % 2) })
        : null;

    static async Task<object?> MemoAsync(Bench bench, Step step) => bench.Holding(step.A) is { } holding
        ? await bench.Store.SaveMemoAsync(holding.Job.Lease, Given.Memo(Keys[step.B % 3]) with { ExpiresAt = step.C % 2 == 0 ? Noon : null })
        : null;

    static async Task<object?> LogAsync(Bench bench, Step step) => bench.Holding(step.A) is { } holding
        ? await bench.Store.SaveLogAsync([new() { Lease = holding.Job.Lease, Lines = [new(Noon, "Information", $"line {step.B}")] }])
        : null;

    static async Task<object?> SettledAsync(Bench bench, Step step) => Bench.Pick(bench.Jobs, step.A) is { Value: > 0 } job
        ? (await bench.Store.SettledAmongAsync(job, Streams[step.B % 2], Keys)).Order(StringComparer.Ordinal).ToArray()
        : null;

    static async Task<object?> SettleAsync(Bench bench, Step step)
    {
        if (bench.Holding(step.A) is not { } holding) return null;
        var job = holding.Job;
        var happened = Endings[step.B % Endings.Length];
        var settlement = Given.Outcome(job, job.Worker, happened) with
        {
            Attempt = happened is JobEvent.Release or JobEvent.Park ? job.Attempt - 1 : job.Attempt,
            Failures = happened is JobEvent.Retry or JobEvent.Fail ? job.Failures + 1 : job.Failures,
            DueAfter = happened == JobEvent.Retry ? TimeSpan.FromHours(step.C % 4) : null,
            DueAt = happened == JobEvent.Park && step.C % 2 == 0 ? Noon.AddHours(step.C % 10) : null,
            Result = happened == JobEvent.Succeed ? Given.Json("42") : null,
            Reason = happened == JobEvent.Succeed ? null : happened == JobEvent.Park && step.C % 4 == 1 ? PartitionLaw.WaitsFor(Streams[0], 2) : "as the test has it",
            Error = happened is JobEvent.Retry or JobEvent.Fail ? "it broke" : null,
            Interruption = happened is JobEvent.Park ? Given.Interruption(InterruptionCause.Park) : null,
            KeepMemory = step.C % 3 == 0,
        };
        var verdicts = await bench.Store.SettleAsync([settlement]);
        if (holding.Slot is { } slot) bench.Store.PresenceOf(job.Worker).Leave(slot);
        if (step.C % 5 != 0) bench.Held.Remove(holding); // else it is settled again later: a repeat, or a write of the past
        else holding.Slot = null;
        return verdicts;
    }
}
