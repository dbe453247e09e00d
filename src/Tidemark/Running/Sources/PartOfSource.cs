namespace Tidemark.Running;

/// <summary>The items of a source whose keys fall to one partition. It reads them all, and passes over those of the others.</summary>
internal sealed class PartOfSource<T, TCursor>(Source<T, TCursor> whole, StreamPartition partition) : Source<T, TCursor>
{
    public override SourceKind Kind => whole.Kind;

    public override async ValueTask<SourceReader<T, TCursor>> OpenAsync(SourceStart<TCursor> start, CancellationToken cancellationToken) =>
        new Reader(await whole.OpenAsync(start, cancellationToken), partition);

    // Its count is not known: that of the whole is the others' as well.
    sealed class Reader(SourceReader<T, TCursor> whole, StreamPartition partition) : SourceReader<T, TCursor>
    {
        public override long Shifted => whole.Shifted;

        public override string? Fingerprint => whole.Fingerprint;

        public override bool TryRead(out SourceItem<T, TCursor> item)
        {
            while (whole.TryRead(out item))
                if (partition.Has(item.Key)) return true;
            return false;
        }

        public override ValueTask<bool> FillAsync(CancellationToken cancellationToken) => whole.FillAsync(cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await whole.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
