using System.Text.Json;
using Xunit;

namespace Tidemark.Tests.Running.Sources;

/// <summary>Reads sources as the stream does, with positions that went through JSON as they do when they are saved.</summary>
internal static class Reading
{
    public static SourceStart<TCursor> Beginning<TCursor>() => new() { HasCursor = false, Cursor = default, Fingerprint = null };

    public static SourceStart<TCursor> After<TCursor>(TCursor cursor, string? fingerprint = null) =>
        new() { HasCursor = true, Cursor = JsonSerializer.Deserialize<TCursor>(JsonSerializer.Serialize(cursor)), Fingerprint = fingerprint };

    public static async Task<List<SourceItem<T, TCursor>>> AllAsync<T, TCursor>(this Source<T, TCursor> source, SourceStart<TCursor>? start = null)
    {
        await using var reader = await source.OpenAsync(start ?? Beginning<TCursor>(), Xunit.TestContext.Current.CancellationToken);
        return await reader.RestAsync();
    }

    public static async Task<List<SourceItem<T, TCursor>>> RestAsync<T, TCursor>(this SourceReader<T, TCursor> reader, int atMost = int.MaxValue)
    {
        var items = new List<SourceItem<T, TCursor>>();
        do
        {
            while (items.Count < atMost && reader.TryRead(out var item)) items.Add(item);
        }
        while (items.Count < atMost && await reader.FillAsync(Xunit.TestContext.Current.CancellationToken));
        return items;
    }

    public static IEnumerable<string> Keys<T, TCursor>(this IEnumerable<SourceItem<T, TCursor>> items) => items.Select(item => item.Key);

    /// <summary>Whatever the position that was saved, with whatever the reader said of itself there: the rest is exactly the rest.</summary>
    public static async Task EveryResumeGivesTheRestAsync<T, TCursor>(Func<Source<T, TCursor>> open, int count)
    {
        var whole = (await open().AllAsync()).Keys().ToList();
        Assert.Equal(count, whole.Count);
        await using var reader = await open().OpenAsync(Beginning<TCursor>(), Xunit.TestContext.Current.CancellationToken);
        for (var settled = 1; settled <= whole.Count; settled++)
        {
            var item = Assert.Single(await reader.RestAsync(atMost: 1));
            Assert.Equal(whole[settled - 1], item.Key);
            Assert.Equal(whole[settled..], (await open().AllAsync(After(item.After, reader.Fingerprint))).Keys());
        }
        Assert.Empty(await reader.RestAsync());
    }

    public static async Task<string> FaultAsync(Func<Task> read) => (await Assert.ThrowsAsync<JobFaultException>(read)).Message;
}
