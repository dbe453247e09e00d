using System.Text.Json;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Running;

namespace Tidemark.PostgreSql.Running;

/// <summary>The plain checkpoints of all streams that wait, in one statement.</summary>
internal sealed class CheckpointSet : WriteSet<CheckpointOperation>
{
    static readonly Sql SaveSql = Sql.Load("Running/SaveStreams");

    protected override void Add(RoundTrip trip, IReadOnlyList<CheckpointOperation> asked)
    {
        if (asked is [var alone])
        {
            alone.SaveAlone(trip);
            return;
        }
        CheckpointOperation[] operations = [.. asked.OrderBy(operation => operation.Checkpoint.Lease.Job.Value)]; // as every batch of rows is locked
        var streams = operations.Select(operation => operation.Checkpoint).ToArray();
        var rows = Array.ConvertAll(streams, stream => stream.Rows!);
        foreach (var operation in operations) operation.Saved = false;
        trip.ByIndex().Add(SaveSql, answer =>
        {
            while (answer.Step()) operations[(int)answer.Int64(0) - 1].Conclude(answer, ask: 1);
        })
            .Bind(1, Of(streams, stream => stream.Lease.Job.Value)).Bind(2, Of(streams, stream => stream.Lease.Fence)).Bind(3, Of(streams, stream => stream.Stream))
            .Bind(4, Of(streams, stream => stream.Number)).Bind(5, Of(rows, row => row.Cursor)).Bind(6, Of(rows, row => row.Fingerprint))
            .Bind(7, Of(rows, row => row.Counters.Done)).Bind(8, Of(rows, row => row.Counters.Quarantined)).Bind(9, Of(rows, row => row.Counters.Retried))
            .Bind(10, Of(rows, row => row.Counters.Shifted)).Bind(11, Of(rows, row => row.Counters.Total)).Bind(12, Of(rows, row => row.Counters.HandlerMs))
            .Bind(13, Of(rows, row => row.Ended)).Bind(14, Of(rows, row => row.Breaker is null ? null : JsonSerializer.Serialize(row.Breaker)))
            .Bind(15, Of(rows, row => row.Pace?.Items)).Bind(16, Of(rows, row => row.Pace?.Ms)).Bind(17, Of(rows, row => row.Pace?.NewerItems)).Bind(18, Of(rows, row => row.Pace?.NewerMs))
            .Bind(19, Of(rows, row => row.Failure?.Key)).Bind(20, Of(rows, row => row.Failure?.Error)).Bind(21, Of(rows, row => row.Failure?.At.Ms()))
            .Bind(22, Of(rows, row => row.Progress));
    }

    static TValue[] Of<T, TValue>(T[] all, Converter<T, TValue> of) => Array.ConvertAll(all, of);
}
