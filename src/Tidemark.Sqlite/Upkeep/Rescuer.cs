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
    static readonly string WorkersSql = Sql.Load("Upkeep/Workers");
    static readonly string HeldBySql = Sql.Load("Upkeep/HeldBy");

    public async ValueTask<RescueReply> RescueAsync(RescueRequest request)
    {
        var rescued = new List<RescuedJob>();
        var buried = 0;
        var more = false;
        foreach (var worker in readers.Read(statements => Others(statements, request.By)))
        {
            if (rescued.Count >= request.Limit)
            {
                more = true;
                break;
            }
            using var dead = PresenceReader.TryTakeOver(workers.Directory.PathOf(worker.Id));
            if (!IsDead(worker, dead, out var snapshot, out var gone)) continue;
            var held = readers.Read(statements => Held(statements, worker.Id));
            FaultPoints.Hit(FaultPoints.RescueBetweenReadAndWrite);
            var operation = new RescueOperation(request with { Limit = request.Limit - rescued.Count }, worker, held, snapshot, gone, mover);
            var (jobs, left) = await writer.RunAsync(operation);
            rescued.AddRange(jobs);
            more |= left;
            if (left) continue;
            buried++;
            if (dead is not null) dead.Bury();
            else File.Delete(workers.Directory.PathOf(worker.Id)); // silent: it will find itself unseen at its next beat
        }
        return new() { Jobs = [.. rescued], WorkersBuried = buried, More = more };
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
        // A writer that had to wait at the gate may be looking at an old beat: look again before judging.
        return age > worker.Lease && PresenceReader.Read(path) is { BeatAge: { } still } && still > worker.Lease;
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

    // The one scan of the live table: only after a death, so that no index has to be kept for it (it would cost a third of the throughput).
    static List<HeldJob> Held(StatementCache statements, long worker)
    {
        var all = new List<HeldJob>();
        var row = statements.Get(HeldBySql).Bind(1, worker);
        while (row.Step()) all.Add(new(new(row.Int64(0)), row.Int64(1), row.Flag(2)));
        row.Reset();
        return all;
    }
}

internal sealed record DeadWorker(long Id, string Name, TimeSpan Lease, bool Dead, JobId? SoleSuspect, bool Retired);

internal readonly record struct HeldJob(JobId Id, long Fence, bool IsSuspect);
