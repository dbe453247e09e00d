using Tidemark.Leasing;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Leasing;
using Tidemark.Running;

namespace Tidemark.PostgreSql.Writing;

/// <summary>
/// What a worker asks for is carried out in the era in which it joined, or not at all. The era is read before the worker is looked at: should the store be found to have gone back
/// in between, the operation is of the former era, and refused by the thread that would write it.
/// </summary>
internal sealed class StoreGuard(History history, Workers workers, StoreThreads writer)
{
    public static readonly SaveReply Lost = new(SaveVerdict.LeaseLost, null);

    /// <summary>True if nothing is given to it any more: it is joining anew.</summary>
    public bool IsFormer(WorkerId worker) => workers.IsOfFormerEra(worker, history.Era);

    /// <exception cref="StoreException">The worker is of a former era: it is joining anew.</exception>
    public ValueTask<T> RunAsync<T>(WorkerId worker, WriteOperation<T> operation)
    {
        var era = history.Era;
        return workers.IsOfFormerEra(worker, era) ? ValueTask.FromException<T>(new StoreException(history.Why)) : RunAsync(operation, era);
    }

    public ValueTask<T> RunAsync<T>(WorkerId worker, WriteOperation<T> operation, T lost)
    {
        var era = history.Era;
        return workers.IsOfFormerEra(worker, era) ? new(lost) : RunAsync(operation, era);
    }

    /// <summary>Many, each with its own verdict.</summary>
    public async ValueTask<TVerdict[]> RunAsync<T, TVerdict>(IReadOnlyList<T> asked, Func<T, WorkerId> by, Func<IReadOnlyList<T>, WriteOperation<TVerdict[]>> make, TVerdict lost)
    {
        var era = history.Era;
        if (asked.All(one => !workers.IsOfFormerEra(by(one), era))) return await RunAsync(make(asked), era);
        var held = Enumerable.Range(0, asked.Count).Where(at => !workers.IsOfFormerEra(by(asked[at]), era)).ToArray();
        var verdicts = new TVerdict[asked.Count];
        Array.Fill(verdicts, lost);
        if (held.Length == 0) return verdicts;
        var answered = await RunAsync(make([.. held.Select(at => asked[at])]), era);
        for (var i = 0; i < held.Length; i++) verdicts[held[i]] = answered[i];
        return verdicts;
    }

    ValueTask<T> RunAsync<T>(WriteOperation<T> operation, int era)
    {
        operation.Era = era;
        return writer.RunAsync(operation);
    }
}
