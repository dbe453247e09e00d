using Tidemark.Storage;

namespace Tidemark.Running;

/// <summary>A stream that visits walk for this job: splits it on the first attempt, then waits, parked, until the store wakes the job.</summary>
internal sealed class SplitStream(StreamSetup setup)
{
    const int MostTold = 5;

    public async Task RunAsync(JobMemory memory)
    {
        var attempt = setup.Attempt;
        var partitions = memory.PartitionsOf(setup.Name).ToList();
        if (partitions.Count == 0) await SplitAsync();
        else if (partitions.TrueForAll(partition => partition.State == JobState.Succeeded)) return;
        else if (!partitions.Exists(partition => PartitionLaw.MaySucceed(partition.State))) attempt.Control.End(Fault(partitions));
        attempt.ThrowIfStopped();
        attempt.Control.End(new ParkJobException(PartitionLaw.WaitsFor(setup.Name, partitions.Count == 0 ? setup.Options.Partitions : partitions.Count), until: null));
    }

    async Task SplitAsync()
    {
        var attempt = setup.Attempt;
        var split = new Split { Lease = attempt.Lease, Stream = setup.Name, Partitions = setup.Options.Partitions };
        // If it is asked to leave, nothing was split (or it was before): it leaves with that, and its next attempt does it.
        attempt.Obey(await StoreCalls.PersistAsync(attempt, () => setup.Parts.Store.SplitAsync(split)));
        attempt.NoteProgress();
    }

    JobFaultException Fault(List<PartitionMemory> partitions)
    {
        var failed = partitions.Where(partition => partition.State != JobState.Succeeded).ToList();
        var told = string.Join("; ", failed.Take(MostTold).Select(one => $"{new StreamPartition(one.Index, one.Count)} (job {one.Visit}): {one.Reason ?? one.State.ToString()}"));
        return new($"{failed.Count} of the {partitions.Count} partitions of stream '{setup.Name}' have failed: {told}{(failed.Count > MostTold ? "; …" : "")}. Mend the cause, then retry this job: it retries them, and each goes on from its last checkpoint.");
    }
}
