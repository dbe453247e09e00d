using Tidemark.Leasing;
using Tidemark.Storage;
using Tidemark.Storage.InMemory;
using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.Sqlite.Differential;

/// <summary>The in-memory model, on a clock that stands still.</summary>
internal sealed class ModelUnderTest : IStoreUnderTest
{
    readonly ManualClock clock = new();
    readonly InMemoryJobStore store;

    ModelUnderTest() => store = new(clock);

    public IJobStore Store => store;

    public static async Task<IStoreUnderTest> CreateAsync()
    {
        var made = new ModelUnderTest();
        await made.store.OpenAsync();
        return made;
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
