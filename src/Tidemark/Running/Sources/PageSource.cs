namespace Tidemark.Running;

internal sealed class PageSource<T, TCursor>(
    Func<TCursor?, CancellationToken, Task<Page<T, TCursor>>> fetch, Func<T, string> key, PageOptions options) : Source<T, PagePosition<TCursor>>
{
    public override SourceKind Kind => options.Stable ? SourceKind.Stable : SourceKind.Shifting;

    public override ValueTask<SourceReader<T, PagePosition<TCursor>>> OpenAsync(SourceStart<PagePosition<TCursor>> start, CancellationToken cancellationToken) =>
        ValueTask.FromResult<SourceReader<T, PagePosition<TCursor>>>(new PageReader<T, TCursor>(fetch, key, options, start.HasCursor ? start.Cursor : default));
}
