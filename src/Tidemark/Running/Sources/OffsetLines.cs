using System.Globalization;

namespace Tidemark.Running;

internal sealed class OffsetLines(string path, LineOptions options) : Source<InputLine, LinePosition>
{
    public override async ValueTask<SourceReader<InputLine, LinePosition>> OpenAsync(SourceStart<LinePosition> start, CancellationToken cancellationToken) =>
        new OffsetLineReader(await LineFile.OpenAsync(path, options, skipsBlanks: false, start, cancellationToken));
}

internal sealed class OffsetLineReader(LineFile file) : SourceReader<InputLine, LinePosition>
{
    public override long? Count => file.Count;
    public override string? Fingerprint => file.Fingerprint;

    public override bool TryRead(out SourceItem<InputLine, LinePosition> item)
    {
        if (!file.TryNext(out var line))
        {
            item = default;
            return false;
        }
        item = new(file.LineOffset.ToString(CultureInfo.InvariantCulture), new(line.ToArray(), file.Position.Number), file.Position);
        return true;
    }

    public override ValueTask<bool> FillAsync(CancellationToken cancellationToken) => file.FillAsync(cancellationToken);

    public override ValueTask DisposeAsync()
    {
        file.Dispose();
        return base.DisposeAsync();
    }
}
