using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Seams;
using Tidemark.Storage.Presence;
using Tidemark.Upkeep;

namespace Tidemark.PostgreSql.Upkeep;

/// <summary>
/// Finds dead workers, by three signs: the lock of a file on this host is free (at once, and what it cost is known exactly); the connection of
/// its beats has vanished and a beat is late (within seconds, from any host); its silence has outlasted its lease. A wrong guess is harmless: the fence.
/// </summary>
internal sealed class Rescuer(StoreThreads readers, StoreThreads writer, PresenceDirectory directory, Mover mover)
{
    /// <summary>A beat is late after so much of the lease: three beats of half a second by default.</summary>
    const int LateAfter = 10;

    static readonly Sql WorkersSql = Sql.Load("Upkeep/Workers");

    public async ValueTask<RescueReply> RescueAsync(RescueRequest request)
    {
        var rescued = new List<RescuedJob>();
        var buried = 0;
        var more = false;
        // Of those on this host whose file nobody holds, the server is asked whether it knows them; of the others it tells by itself whose beat is late.
        long[] free = [.. directory.Workers().Where(worker => worker != request.By.Value && OrElse(false, PresenceReader.IsFree, worker))];
        if (free.Length == 0 && !request.LooksAround) return new() { Jobs = [], WorkersBuried = 0, More = false };
        var (others, fleet) = await readers.RunAsync(new ReadDelegate<(List<KnownWorker>, Fleet)>(statements => Others(statements, request.By.Value, free)));
        foreach (var worker in others)
        {
            if (rescued.Count >= request.Limit)
            {
                more = true;
                break;
            }
            using var dead = OrElse(null, PresenceReader.TryTakeOver, worker.Id);
            if (Judge(worker, dead) is not { } sign) continue;
            FaultPoints.Hit(FaultPoints.RescueBetweenReadAndWrite);
            var (jobs, left, done) = await writer.RunAsync(new RescueOperation(request with { Limit = request.Limit - rescued.Count }, worker, sign, mover));
            rescued.AddRange(jobs);
            more |= left;
            if (!done) continue;
            buried++;
            dead?.Bury(); // after the commit: until then the file is the only account of what the death cost
        }
        return new() { Jobs = [.. rescued], WorkersBuried = buried, More = more, Fleet = fleet };
    }

    DeathSign? Judge(KnownWorker worker, DeadPresence? file)
    {
        if (file is not null) return new() { Gone = true, IsCertain = true, SilentFor = 0, Presence = Believed(file.Snapshot) };
        var told = OrElse(null, PresenceReader.Read, worker.Id);
        if (worker.ConnectionGone && told is not { IsAlive: true } && worker.Silence > worker.Lease / LateAfter) return new() { Gone = true, SilentFor = (long)(worker.Lease / LateAfter).TotalMilliseconds, Presence = Believed(told) };
        if (worker.Dead) return new() { Gone = false, SilentFor = 0, Presence = Believed(told) };
        // One that has said goodbye with a job in its hands may have stopped to beat: as long as its file is seen to be held, its process is there. Elsewhere its silence is all that can be known.
        return worker.Silence > worker.Lease && !(worker.Retired && told is { IsAlive: true })
            ? new() { Gone = false, SilentFor = (long)worker.Lease.TotalMilliseconds, Presence = Believed(told) }
            : null;
    }

    // A file that cannot be opened, another user's, say, tells nothing; the other signs are left.
    T OrElse<T>(T otherwise, Func<string, T> ask, long worker)
    {
        try
        {
            return ask(directory.PathOf(worker));
        }
        catch (IOException)
        {
            return otherwise;
        }
    }

    // The pages of an account from before the machine went down were on its disk or not, some and not others: nobody knows what ran.
    static PresenceSnapshot? Believed(PresenceSnapshot? account) => account is { IsOfThisBoot: true } ? account : null;

    static (List<KnownWorker> Late, Fleet Fleet) Others(StatementCache statements, long by, long[] free)
    {
        var fleet = default(Fleet);
        var late = statements.Get(WorkersSql).Bind(1, by).Bind(2, LateAfter).Bind(3, free).All(row =>
        {
            fleet = new(new(1 + row.Int32(9), row.Int32(10)), new(1 + row.Int32(11), row.Int32(12)));
            return row.IsNull(0) ? null : new KnownWorker(
                row.Int64(0), row.Text(1)!, TimeSpan.FromMilliseconds(row.Int64(2)), Dead: row.Flag(3), Retired: row.Flag(6), TimeSpan.FromMilliseconds(row.Int64(7)), ConnectionGone: row.Flag(8));
        });
        return ([.. late.OfType<KnownWorker>()], fleet);
    }
}

internal readonly record struct HeldJob(JobId Id, long Fence, bool IsSuspect);
