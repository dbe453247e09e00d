namespace Tidemark.Running;

/// <summary>The quarantined items that a visit was made for, in the order of their rows.</summary>
internal sealed class ReplaySource<T>(Attempt attempt) : Source<T, long>
{
    const int PageSize = 200;

    public override SourceKind Kind => SourceKind.Shifting;

    public override ValueTask<SourceReader<T, long>> OpenAsync(SourceStart<long> start, CancellationToken cancellationToken) =>
        new(new Reader(attempt, start.HasCursor ? start.Cursor : 0));

    sealed class Reader(Attempt attempt, long after) : SourceReader<T, long>
    {
        QuarantinedRow[] page = [];
        int next;
        long after = after;

        public override bool TryRead(out SourceItem<T, long> item)
        {
            if (next == page.Length)
            {
                item = default;
                return false;
            }
            var row = page[next++];
            after = row.Id;
            item = Make(row);
            return true;
        }

        public override async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
        {
            page = await StoreCalls.PersistAsync(attempt, () => attempt.Parts.Store.ReadReplayAsync(attempt.Job.Id, after, PageSize));
            next = 0;
            return page.Length > 0;
        }

        SourceItem<T, long> Make(QuarantinedRow row)
        {
            try
            {
                return new(row.Key, attempt.Parts.FromJson<T>(row.Payload, $"The quarantined item '{row.Key}'"), row.Id);
            }
            catch (JobFaultException fault)
            {
                return new(row.Key, default!, row.Id) { Fault = fault, RawPayload = row.Payload };
            }
        }
    }
}
