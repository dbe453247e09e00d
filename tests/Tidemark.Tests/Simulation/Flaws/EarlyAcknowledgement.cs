using Tidemark.Running;
using Tidemark.Storage;

namespace Tidemark.Tests.Simulation;

/// <summary>
/// A store that says "saved" to a checkpoint when it has merely heard it, and commits it with the next call of that process. What dies between loses it.
/// </summary>
internal sealed class EarlyAcknowledgement : IFlaw
{
    public IJobStore Before(IJobStore store, Sim sim, SimProcess process) => new Hasty(store, process);

    sealed class Hasty(IJobStore inner, SimProcess process) : StoreDecorator(inner)
    {
        readonly Queue<Checkpoint> heard = new();
        readonly IJobStore behind = inner;

        protected override async ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call)
        {
            if (asked is not Checkpoint { Rows: not null } checkpoint)
            {
                await CommitAsync();
                return await call(asked);
            }
            if (heard.Count > 0) await CommitAsync();
            heard.Enqueue(checkpoint);
            return (TReply)(object)new SaveReply(SaveVerdict.Saved, null);
        }

        async ValueTask CommitAsync()
        {
            while (!process.IsDead && heard.TryDequeue(out var checkpoint)) await behind.CheckpointAsync(checkpoint);
        }
    }
}
