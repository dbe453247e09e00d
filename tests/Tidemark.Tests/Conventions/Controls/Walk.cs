namespace Tidemark.Tests.Conventions.Controls.Leasing
{
    internal readonly record struct Lease(long Fence);

    internal sealed class Claimer
    {
        public Lease Claim() => new(1);
        public Settling.Settler Next() => new();
    }
}

namespace Tidemark.Tests.Conventions.Controls.Settling
{
    /// <summary>Takes the data of an earlier stage, which it may.</summary>
    internal sealed class Settler
    {
        public long Settle(Leasing.Lease lease) => lease.Fence;
    }
}

namespace Tidemark.Tests.Conventions.Controls.Upkeep
{
    /// <summary>Calls an earlier stage from inside a lambda, which it may not.</summary>
    internal sealed class Rescuer
    {
        public Func<Leasing.Lease> Rescue() => () => new Leasing.Claimer().Claim();
    }
}
