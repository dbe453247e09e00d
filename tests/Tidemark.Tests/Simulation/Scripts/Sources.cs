using Tidemark.Running;

namespace Tidemark.Tests.Simulation;

/// <summary>Sources of the simulation: a list, pages that blink, and lines that stand in another order at each reading.</summary>
internal static class Sources
{
    public static Source<int> List(int count) => Items.Of(Enumerable.Range(0, count).ToArray(), item => $"{item}");

    public static Source<int> Blinking(Stage stage, int count, int page, double blinks, TimeSpan fetchTime) => Pages.Of(
        async (int? from, CancellationToken token) =>
        {
            await stage.DelayAsync(fetchTime, token);
            if (stage.Sim.Random.NextDouble() < blinks) throw new HttpRequestException("the other side has blinked");
            var start = from ?? 0;
            var items = Enumerable.Range(start, Math.Min(page, count - start)).ToArray();
            return new Page<int, int?>(items, start + page < count ? start + page : null, count);
        },
        key: item => $"{item}");

    public static Source<int> Shuffled(Stage stage, int count, int page, double blinks) => new ShuffledSource(stage, [.. Enumerable.Range(0, count).OrderBy(_ => stage.Sim.Random.Next())], page, blinks);

    sealed class ShuffledSource(Stage stage, int[] items, int page, double blinks) : Source<int, int>
    {
        public override SourceKind Kind => SourceKind.ByKey;

        public override ValueTask<SourceReader<int, int>> OpenAsync(SourceStart<int> start, CancellationToken cancellationToken) => new(new Reader(stage, items, page, blinks));

        sealed class Reader(Stage stage, int[] items, int page, double blinks) : SourceReader<int, int>
        {
            int next, filled;

            public override long? Count => items.Length;

            public override bool TryRead(out SourceItem<int, int> item)
            {
                item = next < filled ? new($"{items[next]}", items[next], next + 1) : default;
                if (next == filled) return false;
                next++;
                return true;
            }

            public override ValueTask<bool> FillAsync(CancellationToken cancellationToken)
            {
                if (stage.Sim.Random.NextDouble() < blinks) throw new IOException("the file is away for a moment");
                filled = Math.Min(filled + page, items.Length);
                return new(next < filled);
            }
        }
    }
}
