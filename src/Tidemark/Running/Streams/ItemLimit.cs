namespace Tidemark.Running;

/// <summary>A stream's handler under the limit that was asked for; without one the handler itself, so that it costs nothing.</summary>
internal static class ItemLimit
{
    public static Func<StreamItem<T>, CancellationToken, Task> Around<T>(StreamSetup setup, Func<StreamItem<T>, CancellationToken, Task> handler) =>
        setup.Options.ItemTimeLimit is null
            ? handler
            : (item, _) => LimitedCall.RunAsync(setup.Attempt, Of(setup, $"Item '{item.Key}'"), token => handler(item, token));

    public static Func<IReadOnlyList<StreamItem<T>>, CancellationToken, Task> Around<T>(StreamSetup setup, Func<IReadOnlyList<StreamItem<T>>, CancellationToken, Task> handler) =>
        setup.Options.ItemTimeLimit is null
            ? handler
            : (items, _) => LimitedCall.RunAsync(setup.Attempt, Of(setup, $"The batch of {items.Count} from item '{items[0].Key}'"), token => handler(items, token));

    static CallLimits Of(StreamSetup setup, string item) => new($"{item} of stream '{setup.Name}'", setup.Options.ItemTimeLimit, "StreamOptions.ItemTimeLimit");
}
