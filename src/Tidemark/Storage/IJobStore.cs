using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Locking;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Scheduling;
using Tidemark.Settling;
using Tidemark.Upkeep;

namespace Tidemark.Storage;

/// <summary>The sum of the stages' small interfaces. One contract suite, inherited once a store, says what "works the same" means.</summary>
internal interface IJobStore :
    IScheduleStore, IEnqueueStore, ILeaseStore, ICheckpointStore, ISettleStore, IControlStore, ILockStore, IUpkeepStore, IReadStore, IAsyncDisposable
{
    /// <summary>Opens, checks and migrates. Must be called, and have ended, before anything else.</summary>
    ValueTask OpenAsync();

    /// <summary>Calls back (on any thread) when work may have come: a hint, never the truth. Null detaches.</summary>
    Action? WorkArrived { get; set; }

    /// <summary>Calls back (on any thread) when a worker of this process that was told to rest (<see cref="BeatReply.MayRest"/>) is to beat at once. Null detaches.</summary>
    Action? BeatWanted { get; set; }

    /// <summary>The live slots of a registered worker, written by its attempts and read by a rescue after its death.</summary>
    IPresence PresenceOf(WorkerId worker);
}
