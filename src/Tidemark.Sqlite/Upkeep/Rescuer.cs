using System.Collections.Concurrent;
using Tidemark.Leasing;
using Tidemark.Seams;
using Tidemark.Sqlite.Leasing;
using Tidemark.Sqlite.Native;
using Tidemark.Storage.Native;
using Tidemark.Storage.Presence;
using Tidemark.Sqlite.Reading;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Upkeep;

namespace Tidemark.Sqlite.Upkeep;

/// <summary>
/// Finds dead workers by their presence (its lock free: gone; its beat old: silent), and settles their jobs by the law. The presence is
/// read before, compared by fence in the write, and buried only after it is committed.
/// </summary>
internal sealed class Rescuer(SqliteReaders readers, SqliteWriter writer, Workers workers, Mover mover)
{
    const int BeatsALease = 4; // at least
    static readonly string WorkersSql = Sql.Load("Upkeep/Workers");

    readonly ConcurrentDictionary<long, long> waitedFor = []; // workers that were given one more beat, and their last one before

    public async ValueTask<RescueReply> RescueAsync(RescueRequest request)
    {
        var rescued = new List<RescuedJob>();
        var buried = 0;
        var more = false;
        IOException? unreadable = null;
        foreach (var worker in readers.Read(statements => Others(statements, request.By)))
        {
            if (rescued.Count >= request.Limit)
            {
                more = true;
                break;
            }
            try
            {
                var (jobs, left, done) = await RescueAsync(request with { Limit = request.Limit - rescued.Count }, worker);
                rescued.AddRange(jobs);
                more |= left;
                if (done) buried++;
            }
            catch (IOException fault) // another user's file, say: it must not keep the others from being found
            {
                unreadable ??= fault;
            }
        }
        if (unreadable is not null && rescued.Count + buried == 0) throw unreadable; // told, and again as long as it is so
        return new() { Jobs = [.. rescued], WorkersBuried = buried, More = more };
    }

    async ValueTask<(RescuedJob[] Jobs, bool More, bool Buried)> RescueAsync(RescueRequest request, DeadWorker worker)
    {
        using var dead = PresenceReader.TryTakeOver(workers.Directory.PathOf(worker.Id));
        if (!IsDead(worker, dead, out var snapshot, out var gone)) return ([], false, false);
        FaultPoints.Hit(FaultPoints.RescueBetweenReadAndWrite);
        var operation = new RescueOperation(request, worker, snapshot, gone, mover) { LookAgain = gone || worker.Dead ? null : gateWait => LookAgain(worker, gateWait) };
        var answer = await writer.RunAsync(operation);
        if (!answer.Buried) return answer;
        if (dead is not null) dead.Bury();
        else File.Delete(workers.Directory.PathOf(worker.Id)); // silent: it will find itself unseen at its next beat
        return answer;
    }

    bool IsDead(DeadWorker worker, DeadPresence? dead, out PresenceSnapshot? snapshot, out bool gone)
    {
        var path = workers.Directory.PathOf(worker.Id);
        gone = dead is not null;
        snapshot = dead is { Snapshot.IsOfThisBoot: true } ? dead.Snapshot : null;
        if (dead is not null) return true;
        snapshot = PresenceReader.Read(path);
        if (snapshot is null) return gone = IsLeft(path);
        if (worker.Dead) return true;
        // Another has taken it over and not ended the rescue for so long: it may be stopped itself. Nobody loses by two: each job is taken by its fence.
        if (snapshot.Phase == WorkerPhase.Rescuing && (snapshot.BeatAge is not { } since || since > worker.Lease)) return gone = true;
        if (!snapshot.IsAlive || worker.Retired || snapshot.BeatAge is not { } age) return false; // a retired one ends with its process, not by silence
        return age > worker.Lease;
    }

    // At the gate the rescuer may have stood for long, behind the very process that it judges: who was stopped there goes on as soon as the rescuer does, and may not have beaten yet. He has one more
    // beat's time: as long as he does not beat, the next look finds what this one did.
    PresenceSnapshot? LookAgain(DeadWorker worker, TimeSpan gateWait)
    {
        if (PresenceReader.Read(workers.Directory.PathOf(worker.Id)) is not { BeatAge: { } age } seen || age <= worker.Lease) return null;
        if (gateWait <= worker.Lease / BeatsALease || (waitedFor.TryGetValue(worker.Id, out var before) && before == seen.Beat))
        {
            waitedFor.TryRemove(worker.Id, out _);
            return seen;
        }
        waitedFor[worker.Id] = seen.Beat;
        return null;
    }

    // No file: another rescuer has died between burial and row. One that says nothing and that nobody holds: the machine went down before its pages
    // were on the disk, for it has its name only since it was whole.
    static bool IsLeft(string path)
    {
        using var file = LockedFile.OpenExisting(path);
        return file is null || file.TryLock(exclusive: false);
    }

    static List<DeadWorker> Others(StatementCache statements, WorkerId by)
    {
        var all = new List<DeadWorker>();
        var row = statements.Get(WorkersSql).Bind(1, by.Value);
        while (row.Step())
            all.Add(new(row.Int64(0), row.Text(1)!, TimeSpan.FromMilliseconds(row.Int64(2)), row.Flag(3), row.JobOrNull(4), row.Flag(5)));
        row.Reset();
        return all;
    }
}

internal sealed record DeadWorker(long Id, string Name, TimeSpan Lease, bool Dead, JobId? SoleSuspect, bool Retired);

internal readonly record struct HeldJob(JobId Id, long Fence, bool IsSuspect);
