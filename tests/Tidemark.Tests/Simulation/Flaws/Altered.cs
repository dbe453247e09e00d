using Tidemark.Enqueueing;
using Tidemark.Locking;
using Tidemark.Running;
using Tidemark.Scheduling;
using Tidemark.Storage;
using Tidemark.Upkeep;

namespace Tidemark.Tests.Simulation;

/// <summary>A store that hears something else than it is told. Each of these is a line that somebody might drop.</summary>
internal sealed class Altered(Func<object, object> heard) : IFlaw
{
    /// <summary>The keys settled ahead of the mark are not kept.</summary>
    public static Altered DoneSetDropped => new(asked => asked is Checkpoint { Rows: { } rows } checkpoint ? checkpoint with { Rows = rows with { Settled = [] } } : asked);

    /// <summary>A job is accepted without its dedup key.</summary>
    public static Altered DedupDropped => new(asked => asked is IReadOnlyList<NewJob> jobs ? jobs.Select(job => job with { Dedup = null }).ToList() : asked);

    /// <summary>Crashes are counted, and nobody ever looks at the count.</summary>
    public static Altered CrashBudgetDropped => new(asked => asked is RescueRequest request ? request with { CrashBudget = int.MaxValue } : asked);

    /// <summary>A schedule moves on, and its jobs are not enqueued.</summary>
    public static Altered OccurrencesDropped => new(asked => asked is IReadOnlyList<ScheduleChange> changes ? changes.Select(change => change with { Jobs = [] }).ToList() : asked);

    /// <summary>Whoever asks for a lock gets it.</summary>
    public static Altered LocksShared => new(asked => asked is LockAsk ask ? ask with { Places = 1_000 } : asked);

    public IJobStore Behind(IJobStore store) => new Deaf(store, heard);

    sealed class Deaf(IJobStore inner, Func<object, object> heard) : StoreDecorator(inner)
    {
        protected override ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call) =>
            call((TAsked)heard(asked!));
    }
}
