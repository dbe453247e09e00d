using System.Collections.Concurrent;
using System.Text.Json;
using Tidemark.Leasing;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Native;
using Tidemark.Storage.Native;
using Tidemark.Storage.Presence;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Leasing;

/// <summary>The workers of this process: a row each, and a presence file that is locked and beats without a database write.</summary>
internal sealed class Workers(SqliteFile file, SqliteWriter writer)
{
    /// <summary>Items in flight of one attempt that have a place with their key; more are counted without.</summary>
    const int PlacesASlot = 64;

    static readonly string RegisterSql = Sql.Load("Leasing/Register");
    static readonly string RetireSql = Sql.Load("Leasing/Retire");

    readonly PresenceDirectory directory = new(file.PresencePath);
    readonly ConcurrentDictionary<WorkerId, (PresenceFile Presence, string[] JobNames)> own = [];

    public PresenceDirectory Directory => directory;

    public async ValueTask<WorkerId> RegisterAsync(WorkerProfile profile)
    {
        directory.Tidy(DateTimeOffset.UtcNow);
        // The row is committed last: a worker that can be seen has a presence. Its id must be known for the file's name, so the file is made
        // inside the write; one that a killed process leaves without a row gives way to the next of that number.
        PresenceFile? presence = null;
        try
        {
            var id = await writer.RunAsync(new WriteDelegate<WorkerId>(Register));
            own[id] = (presence!, profile.JobNames);
            return id;
        }
        catch
        {
            // Its number is given again, and a file under that name which this process still held would be in the way of whoever gets it. Was it committed after all, it is a dead worker's.
            presence?.LetGo();
            throw;
        }

        WorkerId Register(WriteTransaction transaction)
        {
            transaction.Prepare(RegisterSql).Bind(1, profile.Name).Bind(2, profile.Host).Bind(3, profile.ProcessId).Bind(4, transaction.Now.Ms())
                .Bind(5, (long)profile.LeaseDuration.TotalMilliseconds).Bind(6, JsonSerializer.Serialize(profile.JobNames)).Bind(7, JsonSerializer.Serialize(profile.Queues)).Run();
            var made = new WorkerId(transaction.LastRowId);
            presence?.Retire();
            ClearLeftOver(made);
            presence = PresenceFile.Create(directory, made.Value, profile.Slots, PlacesASlot);
            return made;
        }
    }

    // Under a number that was never given: its registration did not commit, or a backup has been put back since. Nobody's account, if its lock is
    // free; if not, somebody is still working on another file under this name, and the registration is refused.
    void ClearLeftOver(WorkerId worker)
    {
        using var left = LockedFile.OpenExisting(directory.PathOf(worker.Value));
        if (left is not null && left.TryLock()) File.Delete(directory.PathOf(worker.Value));
    }

    public string[] JobNamesOf(WorkerId worker) => own.TryGetValue(worker, out var known) ? known.JobNames : [];

    public PresenceFile PresenceOf(WorkerId worker) => own.TryGetValue(worker, out var known)
        ? known.Presence
        : throw new InvalidOperationException($"There is no worker {worker.Value} in this process: it was never registered, or has retired. Register anew.");

    /// <summary>On the pulse thread: a store to mapped memory, and a look whether others can still see it.</summary>
    public BeatReply Beat(Beat beat)
    {
        if (!own.TryGetValue(beat.Worker, out var known)) return new(false);
        if (!IsSeen(known.Presence)) return new(false); // taken away: a rescuer has declared this worker dead
        known.Presence.Beat(beat.Draining ? WorkerPhase.Draining : WorkerPhase.Running, beat.Running);
        return new(true);
    }

    // Where it cannot be opened, for want of descriptors, say, nothing shows that it is gone. Others see it beat, and would see it beat no longer.
    static bool IsSeen(PresenceFile presence)
    {
        try
        {
            return presence.IsSeen();
        }
        catch (IOException)
        {
            return true;
        }
    }

    public async ValueTask RetireAsync(WorkerId worker)
    {
        if (!own.TryGetValue(worker, out var known)) return;
        var holds = await writer.RunAsync(new WriteDelegate<bool>(transaction =>
        {
            transaction.Prepare(RetireSql).Bind(1, worker.Value).Run();
            Mover.BuryIfRetired(transaction, worker.Value);
            return HeldRows.Any(transaction, worker);
        }));
        if (holds) return; // a handler that will not return: its job keeps its lease until this process is gone
        own.TryRemove(worker, out _);
        known.Presence.Retire();
    }

    /// <summary>The store closes: files of workers that never retired stay, unlocked by the process's end or here.</summary>
    public void Dispose()
    {
        foreach (var (presence, _) in own.Values) presence.LetGo();
        own.Clear();
    }
}
