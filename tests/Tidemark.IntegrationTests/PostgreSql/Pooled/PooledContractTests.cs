using Tidemark.IntegrationTests.PostgreSql.Contract;
using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.PostgreSql.Pooled;

// The contract's main paths through a pooler in transaction mode.

public sealed class PooledEnqueueingTests : EnqueueingContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreatePooledAsync();
}

public sealed class PooledEffectsTests : EffectsContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreatePooledAsync();
}

public sealed class PooledSettledOnceTests : SettledOnceContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreatePooledAsync();
}

public sealed class PooledRescueTests : RescueContract
{
    internal override Task<IStoreUnderTest> CreateAsync() => PostgreSqlUnderTest.CreatePooledAsync();
}
