using Tidemark.Reading;
using Tidemark.Storage;

namespace Tidemark.Cli.Runs;

/// <summary>An input told apart from what was done under the run's name.</summary>
/// <param name="Total">Lines in it.</param>
/// <param name="SettledHere">Of these, done or quarantined before.</param>
/// <param name="SettledEver">Lines done or quarantined before, in it or not.</param>
internal sealed record InputScan(long Total, long SettledHere, long SettledEver)
{
    const int KeysALookup = 1_000;

    internal long Vanished => SettledEver - SettledHere;

    /// <summary>More than half of what was done is not in this input.</summary>
    internal bool IsAnother => Vanished * 2 > SettledEver;

    /// <summary>Reads the input once; against the store only if something was done before.</summary>
    /// <param name="source">The lines.</param>
    /// <param name="former">Where what was done is remembered; null: nothing was.</param>
    /// <param name="store">The store; null only without <paramref name="former"/>.</param>
    /// <param name="onNew">Told of each line that would run; null: nobody asks.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="UsageException">The input is not lines, or a line is too long.</exception>
    internal static async Task<InputScan> ReadAsync(
        Source<InputLine, LinePosition> source, JobDetails? former, IJobStore? store, Action<InputLine>? onNew, CancellationToken cancellationToken)
    {
        try
        {
            await using var reader = await source.OpenAsync(new() { HasCursor = false, Cursor = default, Fingerprint = null }, cancellationToken);
            var stream = former is null ? null : RunNames.LinesOf(former);
            var ever = stream is null ? 0 : stream.Counters.Done + stream.Counters.Quarantined;
            if (ever == 0 && onNew is null) return new InputScan(reader.Count ?? 0, 0, 0);
            var here = 0L;
            var piece = new List<SourceItem<InputLine, LinePosition>>(KeysALookup);
            while (await FillAsync(reader, piece, cancellationToken))
            {
                HashSet<string> settled = ever == 0 ? [] : [.. await store!.SettledAmongAsync(former!.Job.Id, RunNames.Stream, piece.ConvertAll(item => item.Key))];
                here += settled.Count;
                if (onNew is null) continue;
                foreach (var item in piece)
                {
                    if (!settled.Contains(item.Key)) onNew(item.Value);
                }
            }
            return new InputScan(reader.Count ?? 0, here, ever);
        }
        catch (JobFaultException unreadable)
        {
            throw new UsageException(EngineWords.AsTyped(unreadable.Message));
        }
    }

    static async Task<bool> FillAsync(
        SourceReader<InputLine, LinePosition> reader, List<SourceItem<InputLine, LinePosition>> piece, CancellationToken cancellationToken)
    {
        piece.Clear();
        while (piece.Count < KeysALookup)
        {
            if (reader.TryRead(out var item)) piece.Add(item);
            else if (!await reader.FillAsync(cancellationToken)) break;
        }
        return piece.Count > 0;
    }
}
