using Tidemark.Leasing;
using Tidemark.Storage;

namespace Tidemark.StoreContract;

/// <summary>One fresh, open store for one test. Its clock stands still except for <see cref="PassAsync"/>.</summary>
internal interface IStoreUnderTest : IAsyncDisposable
{
    IJobStore Store { get; }

    /// <summary>How long a hint may take; zero for a store that hints before it answers.</summary>
    TimeSpan HintPatience => TimeSpan.FromSeconds(10);

    /// <summary>Lets so much time pass by the store's clock.</summary>
    Task PassAsync(TimeSpan time);

    /// <summary>Makes the worker's process look gone to the store, leaving its presence as it was at that instant.</summary>
    Task KillWorkerAsync(WorkerId worker);
}
