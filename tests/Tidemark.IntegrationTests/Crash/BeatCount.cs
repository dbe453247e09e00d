using Tidemark.Storage.Presence;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>Counts the beats of all workers of a database, from outside.</summary>
internal sealed class BeatCount(string database)
{
    readonly PresenceDirectory directory = new(database + "-presence");

    public async Task SeenAsync(int most, CancellationToken ending)
    {
        var seen = new HashSet<(long Worker, long Beat)>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ending);
        limit.CancelAfter(CrashTime.Longest);
        while (seen.Count < most)
        {
            foreach (var worker in directory.Workers())
            {
                if (PresenceReader.Read(directory.PathOf(worker)) is { IsAlive: true } presence) seen.Add((worker, presence.Beat));
            }
            await Task.Delay(5, limit.Token);
        }
        Assert.NotEmpty(seen);
    }
}
