using Tidemark.StoreContract;

namespace Tidemark.Tests.Storage;

// The contract, inherited for the model: one class a stage.

public sealed class InMemoryEnqueueingTests : EnqueueingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryClaimingTests : ClaimingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryWorkerTests : WorkerContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryCheckpointTests : CheckpointContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryLogTests : LogContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryEffectsTests : EffectsContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemorySettlingTests : SettlingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryLawTests : LawContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryControllingTests : ControllingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryLimitTests : LimitContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryLockingTests : LockingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryQuarantineTests : QuarantineContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryRescueTests : RescueContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryPresenceTests : PresenceContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryPruneTests : PruneContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryReadingTests : ReadingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemorySuspectTests : SuspectContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemorySettledOnceTests : SettledOnceContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryInheritingTests : InheritingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemorySchedulingTests : SchedulingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryPartitionTests : PartitionContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryLaterSaveTests : LaterSaveContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryLargeBatchTests : LargeBatchContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}

public sealed class InMemoryPartitionSteeringTests : PartitionSteeringContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => InMemoryUnderTest.CreateAsync();
}
