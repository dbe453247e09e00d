using Tidemark.Leasing;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.Storage;

namespace Tidemark.Tests.Simulation;

/// <summary>A store whose writes forget their <c>fence = @fence</c>: whoever writes is taken for the newest holder.</summary>
internal sealed class FenceIgnored : IFlaw
{
    readonly Dictionary<JobId, long> newest = [];

    public IJobStore Behind(IJobStore store) => new Fenceless(store, newest);

    sealed class Fenceless(IJobStore inner, Dictionary<JobId, long> newest) : StoreDecorator(inner)
    {
        protected override async ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call)
        {
            var reply = await call((TAsked)Forged(asked!));
            if (reply is ClaimReply claimed)
                foreach (var job in claimed.Jobs) newest[job.Id] = job.Fence;
            return reply;
        }

        object Forged(object asked) => asked switch
        {
            Checkpoint checkpoint => checkpoint with { Lease = Newest(checkpoint.Lease) },
            ValueTuple<Lease, StepMemo> memo => (Newest(memo.Item1), memo.Item2),
            IReadOnlyList<Settlement> batch => batch.Select(it => it with { Lease = Newest(it.Lease), Job = it.Job with { Fence = Newest(it.Lease).Fence } }).ToList(),
            _ => asked,
        };

        Lease Newest(Lease lease) => lease with { Fence = newest.GetValueOrDefault(lease.Job, lease.Fence) };
    }
}
