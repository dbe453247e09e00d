using Tidemark.Enqueueing;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Storage;

/// <summary>A row of the live table, read and locked, changed and written back inside one transaction.</summary>
internal sealed class LiveRow
{
    static readonly Sql FindSql = Sql.Load("Storage/FindLive");
    static readonly Sql UpdateSql = Sql.Load("Storage/UpdateLive");

    public required JobId Id { get; init; }
    public required long Lane { get; init; }
    public required int Priority { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required byte[] Arguments { get; init; }
    public required string? Tags { get; init; }
    public required JobId? Parent { get; init; }
    public required Visit? Visit { get; init; }
    public required string? DedupKey { get; init; }
    public required LimitClaim? Limit { get; init; }
    public required JobState State { get; set; }
    public required Gate Gate { get; set; }
    public required long Rank { get; set; }
    public required DateTimeOffset? DueAt { get; set; }
    public required long Fence { get; set; }
    public required int Attempt { get; set; }
    public required int Failures { get; set; }
    public required int Crashes { get; set; }
    public required bool IsSuspect { get; set; }
    public required long? Worker { get; set; }
    public required DateTimeOffset? StartedAt { get; set; }
    public required bool HasMemory { get; set; }
    public required string? Reason { get; set; }
    public required string? Error { get; set; }
    public required byte[]? Result { get; set; }
    public required bool KeepsMemory { get; set; }

    public static LiveRow? Find(WriteTransaction transaction, JobId id) => transaction.PrepareByKey(FindSql).Bind(1, id.Value).First(Read);

    /// <summary>The job as it was asked for, so far as a child of it is asked for alike.</summary>
    public NewJob Accepted(Lanes lanes)
    {
        var (queue, name) = lanes.NameOf(Lane);
        return new() { Name = name, Queue = queue, Arguments = Arguments, Priority = Priority, DueAt = null, Tags = Tags, Dedup = null, Limit = Limit, Parent = Parent, Visit = Visit };
    }

    public static Visit? VisitOf(Row row, int kind, int stream) =>
        row.IsNull(kind) ? null : new Visit { Kind = (VisitKind)row.Int32(kind), Stream = row.Text(stream)! };

    public static LimitClaim? LimitOf(Row row, int key, int places) => row.IsNull(key) ? null : new() { Key = row.Text(key)!, Places = row.Int32(places) };

    public void Update(WriteTransaction transaction) => transaction.Prepare(UpdateSql)
        .Bind(1, Id.Value).Bind(2, (long)State).Bind(3, (long)Gate).Bind(4, Rank).Bind(5, DueAt.Ms()).Bind(6, Fence).Bind(7, Attempt).Bind(8, Failures)
        .Bind(9, Crashes).Bind(10, IsSuspect).Bind(11, Worker).Bind(12, StartedAt.Ms()).Bind(13, HasMemory).Bind(14, Reason).Bind(15, Error).Bind(16, Result)
        .Bind(17, KeepsMemory).Run();

    static LiveRow Read(Row row) => new()
    {
        Id = new(row.Int64(0)),
        Lane = row.Int64(1),
        State = (JobState)row.Int32(2),
        Gate = (Gate)row.Int32(3),
        Rank = row.Int64(4),
        DueAt = row.InstantOrNull(5),
        Priority = row.Int32(6),
        Fence = row.Int64(7),
        Attempt = row.Int32(8),
        Failures = row.Int32(9),
        Crashes = row.Int32(10),
        IsSuspect = row.Flag(11),
        Worker = row.Int64OrNull(12),
        CreatedAt = row.Instant(13),
        StartedAt = row.InstantOrNull(14),
        Arguments = row.Blob(15)!,
        Tags = row.Text(16),
        Parent = row.JobOrNull(17),
        Visit = VisitOf(row, 18, 19),
        DedupKey = row.Text(20),
        HasMemory = row.Flag(21),
        Reason = row.Text(22),
        Error = row.Text(23),
        Result = row.Blob(24),
        KeepsMemory = row.Flag(25),
        Limit = LimitOf(row, 26, 27),
    };
}
