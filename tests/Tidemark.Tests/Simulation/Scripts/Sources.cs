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

    public static Source<int> Shuffled(Stage stage, int count) => new ShuffledSource([.. Enumerable.Range(0, count).OrderBy(_ => stage.Sim.Random.Next())]);

    sealed class ShuffledSource(int[] items) : Source<int, int>
    {
        public override SourceKind Kind => SourceKind.ByKey;

        public override ValueTask<SourceReader<int, int>> OpenAsync(SourceStart<int> start, CancellationToken cancellationToken) => new(new Reader(items));

        sealed class Reader(int[] items) : SourceReader<int, int>
        {
            int next;

            public override long? Count => items.Length;

            public override bool TryRead(out SourceItem<int, int> item)
            {
                item = next < items.Length ? new($"{items[next]}", items[next], next + 1) : default;
                return next++ < items.Length;
            }

            public override ValueTask<bool> FillAsync(CancellationToken cancellationToken) => new(next < items.Length);
        }
    }
}
