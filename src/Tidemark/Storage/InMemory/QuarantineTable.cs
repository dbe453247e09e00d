using Tidemark.Running;

namespace Tidemark.Storage.InMemory;

/// <summary>One open item set aside.</summary>
internal sealed class QuarantineRow
{
    public required long Id { get; init; }
    public required JobId Job { get; set; }
    public required string Stream { get; init; }
    public required QuarantineEntry Entry { get; set; }
    public required DateTimeOffset At { get; set; }

    /// <summary>The visit that has claimed it, or null.</summary>
    public JobId? Visit { get; set; }
}

/// <summary>Open quarantine rows by id, and by job, stream and key.</summary>
internal sealed class QuarantineTable
{
    readonly SortedDictionary<long, QuarantineRow> rows = [];
    readonly Dictionary<(long Job, string Stream, string Key), long> byKey = [];
    readonly Dictionary<long, int> openOf = [];
    long lastId;

    public IEnumerable<QuarantineRow> All => rows.Values;

    public QuarantineRow? Find(long id) => rows.GetValueOrDefault(id);

    public QuarantineRow? Find(JobId job, string stream, string key) =>
        byKey.TryGetValue((job.Value, stream, key), out var id) ? rows[id] : null;

    public bool HasOpen(JobId job) => openOf.GetValueOrDefault(job.Value) > 0;

    public IEnumerable<QuarantineRow> Of(JobId job) => HasOpen(job) ? rows.Values.Where(row => row.Job == job) : [];

    /// <summary>Upserts by job, stream and key; the row keeps its id and is no visit's any more.</summary>
    public void Put(JobId job, string stream, QuarantineEntry entry, DateTimeOffset now)
    {
        entry = entry with { Payload = Bytes.Copy(entry.Payload) };
        if (Find(job, stream, entry.Key) is { } row)
        {
            (row.Entry, row.At, row.Visit) = (entry, now, null);
            return;
        }
        rows.Add(++lastId, row = new() { Id = lastId, Job = job, Stream = stream, Entry = entry, At = now });
        Link(row);
    }

    public void Remove(QuarantineRow row)
    {
        rows.Remove(row.Id);
        Unlink(row);
    }

    /// <summary>Gives a row to another job.</summary>
    public void Move(QuarantineRow row, JobId to)
    {
        Unlink(row);
        row.Job = to;
        Link(row);
    }

    /// <summary>A visit has ended: what it has not done is open for the next one.</summary>
    public void GiveUp(JobId parent, JobId visit)
    {
        foreach (var row in Of(parent))
            if (row.Visit == visit) row.Visit = null;
    }

    void Link(QuarantineRow row)
    {
        byKey.Add((row.Job.Value, row.Stream, row.Entry.Key), row.Id);
        openOf[row.Job.Value] = openOf.GetValueOrDefault(row.Job.Value) + 1;
    }

    void Unlink(QuarantineRow row)
    {
        byKey.Remove((row.Job.Value, row.Stream, row.Entry.Key));
        if (--openOf[row.Job.Value] == 0) openOf.Remove(row.Job.Value);
    }
}
