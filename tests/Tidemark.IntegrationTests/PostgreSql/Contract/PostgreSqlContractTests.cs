using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.PostgreSql.Contract;

// The contract, inherited for SQLite: one class a stage.

public sealed class PostgreSqlEnqueueingTests : EnqueueingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlClaimingTests : ClaimingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlWorkerTests : WorkerContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlCheckpointTests : CheckpointContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlLogTests : LogContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlEffectsTests : EffectsContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlSettlingTests : SettlingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlLawTests : LawContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlControllingTests : ControllingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlLimitTests : LimitContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlLockingTests : LockingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlQuarantineTests : QuarantineContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlRescueTests : RescueContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlPresenceTests : PresenceContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlPruneTests : PruneContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlReadingTests : ReadingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlSuspectTests : SuspectContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlSettledOnceTests : SettledOnceContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlSchedulingTests : SchedulingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlInheritingTests : InheritingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlPartitionTests : PartitionContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlLaterSaveTests : LaterSaveContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlLargeBatchTests : LargeBatchContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}

public sealed class PostgreSqlPartitionSteeringTests : PartitionSteeringContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreateAsync();
}
