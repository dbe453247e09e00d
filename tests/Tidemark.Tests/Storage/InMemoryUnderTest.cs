using Tidemark.Leasing;
using Tidemark.Storage;
using Tidemark.Storage.InMemory;
using Tidemark.StoreContract;

namespace Tidemark.Tests.Storage;

internal sealed class InMemoryUnderTest(ManualClock clock, InMemoryJobStore store) : IStoreUnderTest
{
    public IJobStore Store => store;

    public static async Task<IStoreUnderTest> CreateAsync()
    {
        var clock = new ManualClock();
        var store = new InMemoryJobStore(clock);
        await store.OpenAsync();
        return new InMemoryUnderTest(clock, store);
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
