using Tidemark.Running;
using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.Sqlite.Differential;

/// <summary>What a checkpoint of a sequence writes: any mixture of rows, also such as no stream would write.</summary>
internal static class Rows
{
    public static CheckpointRows Of(Step step, string[] keys)
    {
        var (a, b, c) = (keys[step.A % keys.Length], keys[step.B % keys.Length], keys[step.C % keys.Length]);
        return Given.Rows with
        {
            Cursor = step.A % 2 == 0 ? Given.Json($"{step.A}") : null,
            Fingerprint = step.B % 4 == 0 ? "same" : null,
            Counters = new() { Done = step.A % 9, Quarantined = step.B % 4, Retried = step.C % 3, HandlerMs = step.A % 100, Total = step.C % 2 == 0 ? 9 : null },
            Settled = step.B % 2 == 0 ? [a, b] : [],
            Passed = step.C % 2 == 0 ? [b] : [],
            Quarantined = step.A % 3 == 0 ? [Given.Bad(c)] : [],
            RetryLater = step.C % 4 == 1 ? [Item(a, step.B % 3)] : [],
            RetryDone = step.C % 4 == 2 ? [a] : [],
            Replayed = step.B % 5 == 0 ? [a] : [],
            TakenBack = step.C % 6 == 3 ? [Item(c, 1)] : [],
            Acquitted = step.B % 3 == 1 ? [a, c] : [],
            Breaker = step.C % 5 == 2 ? new() { Fingerprint = "f", Error = "all alike", FailedCanaries = step.A % 3, LastCanaryKey = null } : null,
            Ended = step.A % 7 == 0,
            Progress = step.B % 2 == 0,
            Failure = step.C % 3 == 2 ? new(a, "it broke", new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero)) : null,
        };
    }

    static RetryItem Item(string key, int hours) =>
        new() { Key = key, Payload = Given.Json($"\"{key}\""), Failures = 1 + hours, DueAt = new(2026, 3, 1, 9 + hours, 0, 0, TimeSpan.Zero), Error = "not yet" };
}
