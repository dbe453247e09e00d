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
/// <remarks>
/// Every worker is to look twice a second, and each look reads all workers' rows: of a thousand, that would be a million rows. So in a large fleet each throws lots, and together they look as often as
/// a few would. Where most of a large fleet dies at once, the rest may take some seconds longer to find it.
/// </remarks>
internal sealed class Rescuer(StoreThreads readers, StoreThreads writer, PresenceDirectory directory, Mover mover)
{
    /// <summary>A beat is late after so much of the lease: three beats of half a second by default.</summary>
    const int LateAfter = 10;

    /// <summary>So many of a fleet look, of those whose turn it is. That none of them does has a chance of one in three thousand.</summary>
    const int Lookers = 8;

    /// <summary>Each looks at least so often, in milliseconds, however many there are, or were before most of them died.</summary>
    const long LongestBetween = 5_000;
    static readonly Sql WorkersSql = Sql.Load("Upkeep/Workers");

    int fleet; // how many there were at the last look
    long looked; // when that was, in milliseconds; 0: never

    public async ValueTask<RescueReply> RescueAsync(RescueRequest request)
    {
        var rescued = new List<RescuedJob>();
        var buried = 0;
        var more = false;
        // Of those on this host whose file nobody holds, the server is asked whether it knows them; of the others it tells by itself whose beat is late.
        long[] free = [.. directory.Workers().Where(worker => worker != request.By.Value && OrElse(false, PresenceReader.IsFree, worker))];
        if (free.Length == 0 && !IsMyTurn()) return new() { Jobs = [], WorkersBuried = 0, More = false };
        var (others, size) = await readers.RunAsync(new ReadDelegate<(List<KnownWorker>, int)>(statements => Others(statements, request.By.Value, free)));
        Volatile.Write(ref fleet, size);
        Volatile.Write(ref looked, Environment.TickCount64);
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
        return new() { Jobs = [.. rescued], WorkersBuried = buried, More = more };
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

    bool IsMyTurn()
    {
        var known = Volatile.Read(ref fleet);
        return known <= Lookers || Environment.TickCount64 - Volatile.Read(ref looked) > LongestBetween || Random.Shared.Next(known) < Lookers;
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

    static (List<KnownWorker> Late, int Size) Others(StatementCache statements, long by, long[] free)
    {
        var size = 0;
        var late = statements.Get(WorkersSql).Bind(1, by).Bind(2, LateAfter).Bind(3, free).All(row =>
        {
            size = row.Int32(9);
            return row.IsNull(0) ? null : new KnownWorker(
                row.Int64(0), row.Text(1)!, TimeSpan.FromMilliseconds(row.Int64(2)), Dead: row.Flag(3), Retired: row.Flag(6), TimeSpan.FromMilliseconds(row.Int64(7)), ConnectionGone: row.Flag(8));
        });
        return ([.. late.OfType<KnownWorker>()], size);
    }
}

internal readonly record struct HeldJob(JobId Id, long Fence, bool IsSuspect);
