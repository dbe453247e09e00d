using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.Storage;

namespace Tidemark.StoreContract;

/// <summary>A job that a worker has claimed and whose handler runs.</summary>
internal sealed class Held(IJobStore store, WorkerId worker, ClaimedJob job, int slot)
{
    readonly Dictionary<string, long> numbers = [];

    public WorkerId Worker => worker;
    public ClaimedJob Job => job;
    public JobId Id => job.Id;
    public int Slot => slot;
    public Lease Lease => new(job.Id, job.Fence, worker);
    public IPresence Presence => store.PresenceOf(worker);

    /// <summary>Saves the next checkpoint of the stream.</summary>
    public Task<SaveReply> SaveAsync(CheckpointRows rows, string stream = Given.Stream)
    {
        var number = numbers[stream] = numbers.GetValueOrDefault(stream) + 1;
        return CheckpointAsync(number, rows, stream);
    }

    public Task<SaveReply> CheckpointAsync(long number, CheckpointRows rows, string stream = Given.Stream) =>
        store.CheckpointAsync(new() { Lease = Lease, Stream = stream, Number = number, Rows = rows, Effects = null }).AsTask();

    public Task<SaveReply> CheckpointAsync(long number, IEffects effects) =>
        store.CheckpointAsync(new() { Lease = Lease, Stream = Given.Stream, Number = number, Rows = null, Effects = effects }).AsTask();

    public Settlement Outcome(JobEvent happened) => Given.Outcome(job, worker, happened);

    public Task<SettleVerdict> SettleAsync(JobEvent happened) => SettleAsync(Outcome(happened));

    public async Task<SettleVerdict> SettleAsync(Settlement settlement) => (await store.SettleAsync([settlement]))[0];
}
