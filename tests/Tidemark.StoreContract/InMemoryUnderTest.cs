using Tidemark.Leasing;
using Tidemark.Storage;
using Tidemark.Storage.InMemory;

namespace Tidemark.StoreContract;

/// <summary>The in-memory model, on a clock that stands still until it is told to pass.</summary>
internal sealed class InMemoryUnderTest(ManualClock clock, InMemoryJobStore store, IJobStore seen) : IStoreUnderTest
{
    /// <summary>What stands between the tests of this flow and the model; null for nothing.</summary>
    public static AsyncLocal<Func<IJobStore, IJobStore>?> Decorate { get; } = new();

    public IJobStore Store => seen;

    public TimeSpan HintPatience => TimeSpan.Zero;

    public static async Task<IStoreUnderTest> CreateAsync()
    {
        var clock = new ManualClock();
        var store = new InMemoryJobStore(clock);
        await store.OpenAsync();
        return new InMemoryUnderTest(clock, store, Decorate.Value?.Invoke(store) ?? store);
    }

    public Task PassAsync(TimeSpan time)
    {
        clock.Pass(time);
        return Task.CompletedTask;
    }

    public Task KillWorkerAsync(WorkerId worker)
    {
        store.LosePresence(worker);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
