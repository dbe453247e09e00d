namespace Tidemark.Running;

/// <summary>Reads the file twice: once to find the lines that repeat others, then to hand them out. Always from the start, whatever was saved.</summary>
internal sealed class ContentLines(string path, LineOptions options) : Source<InputLine, LinePosition>
{
    public override SourceKind Kind => SourceKind.ByKey;

    public override async ValueTask<SourceReader<InputLine, LinePosition>> OpenAsync(SourceStart<LinePosition> start, CancellationToken cancellationToken)
    {
        var file = LineFile.OpenSeekable(path, options, out _);
        var spill = new SpillFile(options.SpillDirectory ?? Path.GetTempPath());
        try
        {
            var input = new LineInput(LineFile.NameOf(path, options), file, options.MaxLineBytes, SkipsBlanks: false);
            var all = new LineScanner(input, default);
            var occurrences = new Occurrences(spill);
            var sum = default(LineSum);
            do
            {
                while (all.TryNext(out var line))
                {
                    var hash = ContentKey.Hash(line);
                    occurrences.Add(hash);
                    sum = sum.With(hash);
                }
            }
            while (await all.FillAsync(cancellationToken));
            var repeats = await occurrences.FindRepeatsAsync(cancellationToken);
            return new ContentLineReader(input, spill, repeats, sum, new(input, default, end: all.Position.Offset));
        }
        catch
        {
            spill.Dispose();
            file.Dispose();
            throw;
        }
    }
}

/// <summary>How many lines there are and what they say, in their order: enough to notice that a file was changed between two readings.</summary>
internal readonly record struct LineSum(long Count, ulong Hash)
{
    public LineSum With(UInt128 line) => new(Count + 1, Hash * 31 + (ulong)line);
}

internal sealed class ContentLineReader(LineInput input, SpillFile spill, RepeatedLines repeats, LineSum expected, LineScanner scanner)
    : SourceReader<InputLine, LinePosition>
{
    LineSum sum;

    public override long? Count => expected.Count;

    public override bool TryRead(out SourceItem<InputLine, LinePosition> item)
    {
        if (!scanner.TryNext(out var line))
        {
            item = default;
            return false;
        }
        var hash = ContentKey.Hash(line);
        var nth = repeats.NthOf(sum.Count);
        sum = sum.With(hash);
        item = new(ContentKey.Of(hash, nth), new(line.ToArray(), scanner.Position.Number), scanner.Position);
        return true;
    }

    public override async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (await scanner.FillAsync(cancellationToken)) return true;
        if (sum != expected)
            throw new JobFaultException($"{input.Name} was changed in place while it was read: {expected.Count:N0} lines were counted, {sum.Count:N0} were read{(sum.Count == expected.Count ? ", with other contents" : "")}. Retry the job: lines that are settled do not run again. To change an input under a run, append to it or replace it by a rename.");
        return false;
    }

    public override ValueTask DisposeAsync()
    {
        spill.Dispose();
        input.File.Dispose();
        return base.DisposeAsync();
    }
}
