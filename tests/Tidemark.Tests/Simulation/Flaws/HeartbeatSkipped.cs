using Tidemark.Leasing;
using Tidemark.Storage;

namespace Tidemark.Tests.Simulation;

/// <summary>A worker that believes it has beaten: no beat ever reaches the store, and each is answered well.</summary>
internal sealed class HeartbeatSkipped : IFlaw
{
    public IJobStore Before(IJobStore store, Sim sim, SimProcess process) => new Silent(store);

    sealed class Silent(IJobStore inner) : StoreDecorator(inner)
    {
        protected override ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call) =>
            typeof(TReply) == typeof(BeatReply) ? new((TReply)(object)new BeatReply(Alive: true)) : call(asked);
    }
}
