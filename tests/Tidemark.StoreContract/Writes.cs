using Tidemark.Running;

namespace Tidemark.StoreContract;

/// <summary>User writes of a checkpoint, counted.</summary>
internal sealed class Writes(Func<IEffectScope, int, CheckpointRows> write) : IEffects
{
    public int Runs { get; private set; }

    public ValueTask<CheckpointRows> RunAsync(IEffectScope scope) => new(write(scope, ++Runs));
}
