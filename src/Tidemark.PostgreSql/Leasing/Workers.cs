using System.Collections.Concurrent;
using Tidemark.Leasing;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage.Presence;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>The workers of this process: a row each that beats, and a presence file for a rescuer on the same host.</summary>
internal sealed class Workers(Database database, StoreThreads writer, PresenceDirectory directory) : IDisposable
{
    /// <summary>Items in flight of one attempt that have a place with their key; more are counted without.</summary>
    const int PlacesASlot = 64;

    static readonly Sql RegisterSql = Sql.Load("Leasing/Register");
    static readonly Sql RetireSql = Sql.Load("Leasing/Retire");
    static readonly Sql DeclareFormerSql = Sql.Load("Leasing/DeclareFormer");
    static readonly Sql KnownSql = Sql.Load("Upkeep/WorkersKnown");

    readonly Pulse pulse = new(database);
    readonly ConcurrentDictionary<WorkerId, Own> own = [];

    /// <param name="Presence">Its file.</param>
    /// <param name="JobNames">What it knows.</param>
    /// <param name="Witness">Of its row.</param>
    /// <param name="Era">In which it joined.</param>
    /// <param name="Lease">How long it may be silent.</param>
    sealed record Own(PresenceFile Presence, string[] JobNames, Witness Witness, int Era, TimeSpan Lease)
    {
        public bool Retired { get; set; }
    }

    public async ValueTask<WorkerId> RegisterAsync(WorkerProfile profile)
    {
        await TidyAsync();
        // On a thread of the store, which may block; and before the handlers have the pool, for to connect is many answers.
        await writer.RunAsync(new ReadDelegate<bool>(_ =>
        {
            pulse.Connect(profile.LeaseDuration);
            return true;
        }));
        var era = database.History.Era;
        // The row is committed last: a worker that can be seen has a presence. Its id must be known for the file's name, so the file is made
        // inside the write; one left over by a rollback has no row, and is tidied away.
        PresenceFile? presence = null;
        Notice? told = null;
        var (id, startedAt) = await writer.RunAsync(new WriteDelegate<(WorkerId Id, long StartedAt)>(transaction =>
        {
            told = database.History.Notices.Tell(transaction);
            foreach (var (former, known) in own.Where(one => one.Value.Era != era)) transaction.Prepare(DeclareFormerSql).Bind(1, former.Value).Bind(2, known.Witness.StartedAt).Run();
            var (number, since) = transaction.Prepare(RegisterSql).Bind(1, profile.Name).Bind(2, profile.Host).Bind(3, profile.ProcessId)
                .Bind(4, (long)profile.LeaseDuration.TotalMilliseconds).Bind(5, profile.JobNames).Bind(6, profile.Queues).First(row => (row.Int64(0), row.Int64(1)));
            var made = new WorkerId(number);
            presence?.Retire();
            presence = PresenceFile.Create(directory, made.Value, profile.Slots, PlacesASlot);
            return (made, since);
        }) { Era = era });
        database.History.Notices.Told(told);
        own[id] = new(presence!, profile.JobNames, new(startedAt), era, profile.LeaseDuration);
        database.History.Attest(id.Value, own[id].Witness);
        return id;
    }

    public string[] JobNamesOf(WorkerId worker) => own.TryGetValue(worker, out var known) ? known.JobNames : [];

    /// <summary>True if the store went back in time since it joined: what it held is held no longer.</summary>
    public bool IsOfFormerEra(WorkerId worker, int era) => own.TryGetValue(worker, out var known) && known.Era != era;

    public bool IsRetired(WorkerId worker) => own.TryGetValue(worker, out var known) && known.Retired;

    public PresenceFile PresenceOf(WorkerId worker) => own.TryGetValue(worker, out var known)
        ? known.Presence
        : throw new InvalidOperationException($"There is no worker {worker.Value} in this process: it was never registered, or has retired. Register anew.");

    /// <summary>On the pulse thread. The file is told too: what was in flight at a death is counted until the last beat.</summary>
    public BeatReply Beat(Beat beat)
    {
        if (!own.TryGetValue(beat.Worker, out var known)) return new(false);
        if (known.Era != database.History.Era) return new(false, database.History.Why);
        var reply = BeatOrWake(beat, known);
        if (known.Era != database.History.Era) return new(false, database.History.Why);
        if (reply.Alive) known.Presence.Beat(beat.Draining ? WorkerPhase.Draining : WorkerPhase.Running, beat.Running);
        return reply;
    }

    BeatReply BeatOrWake(Beat beat, Own known)
    {
        try
        {
            return pulse.Beat(beat, database.Rest.Begin(beat.Holds), known.Witness, known.Lease);
        }
        catch
        {
            database.Rest.End();
            throw;
        }
    }

    public async ValueTask RetireAsync(WorkerId worker)
    {
        if (!own.TryGetValue(worker, out var known)) return;
        if (known.Era != database.History.Era) return; // its row is no more, or declared dead by its follower
        var holds = await writer.RunAsync(new WriteDelegate<bool>(transaction =>
        {
            transaction.Prepare(RetireSql).Bind(1, worker.Value).Run();
            Mover.BuryIfRetired(transaction, worker.Value);
            return HeldRows.Any(transaction, worker);
        }));
        known.Retired = true;
        if (holds) return; // a handler that will not return: its job keeps its lease until this process is gone
        own.TryRemove(worker, out _);
        database.History.Forget(worker.Value);
        known.Presence.Retire();
    }

    /// <summary>The store closes: files of workers that never retired stay, unlocked by the process's end or here.</summary>
    public void Dispose()
    {
        pulse.Dispose();
        foreach (var known in own.Values) known.Presence.LetGo();
        own.Clear();
    }

    // Files whose worker has no row any more: it was rescued from another host, or settled its last job after it had retired.
    async ValueTask TidyAsync()
    {
        directory.Tidy(DateTimeOffset.UtcNow);
        long[] files = [.. directory.Workers()];
        if (files.Length == 0) return;
        var known = await writer.RunAsync(new WriteDelegate<List<long>>(transaction => transaction.Prepare(KnownSql).Bind(1, files).All(row => row.Int64(0))));
        foreach (var file in files.Except(known))
        {
            using var left = PresenceReader.TryTakeOver(directory.PathOf(file));
            left?.Bury();
        }
    }
}
