using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.Sqlite.Contract;

// The contract, inherited for SQLite: one class a stage.

public sealed class SqliteEnqueueingTests : EnqueueingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteClaimingTests : ClaimingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteWorkerTests : WorkerContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteCheckpointTests : CheckpointContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteLogTests : LogContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteEffectsTests : EffectsContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteSettlingTests : SettlingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteLawTests : LawContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteControllingTests : ControllingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteLimitTests : LimitContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteLockingTests : LockingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteQuarantineTests : QuarantineContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteRescueTests : RescueContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqlitePresenceTests : PresenceContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqlitePruneTests : PruneContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteReadingTests : ReadingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteSuspectTests : SuspectContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteSettledOnceTests : SettledOnceContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteInheritingTests : InheritingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteSchedulingTests : SchedulingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqlitePartitionTests : PartitionContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteLaterSaveTests : LaterSaveContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqliteLargeBatchTests : LargeBatchContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}

public sealed class SqlitePartitionSteeringTests : PartitionSteeringContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => SqliteUnderTest.CreateAsync();
}
