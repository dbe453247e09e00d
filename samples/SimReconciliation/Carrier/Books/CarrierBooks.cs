namespace SimReconciliation.Carrier;

/// <summary>
/// All that the carrier remembers. Each change is first appended to the log, then made: a kill between the two loses only an answer.
/// </summary>
internal sealed class CarrierBooks : IDisposable
{
    public const string FileName = "carrier.log";
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly ConfirmationBook confirmations;
    private readonly Dictionary<string, Snapshot> snapshots = [];
    private readonly Dictionary<string, string> snapshotOfKey = [];
    private readonly HashSet<string> reports = [];
    private readonly QuotaWindow? quota;
    private readonly CarrierLog? log;
    private int reportsRepeated;

    /// <summary>The books of a carrier that runs: replayed from its log, and written to it.</summary>
    public CarrierBooks(SimTruth truth, QuotaWindow quota, string path, TimeProvider time)
        : this(truth, quota, time)
    {
        log = CarrierLog.Open(path, line => Replay(line, path));
        if (Lines == 0)
            log.Append(BookLine.Header(truth));
    }

    private CarrierBooks(SimTruth truth, QuotaWindow? quota, TimeProvider time)
    {
        (Truth, this.quota, this.time) = (truth, quota, time);
        confirmations = new ConfirmationBook(truth);
    }

    public SimTruth Truth { get; }

    /// <summary>Lines found in the log at the start: about as many requests have been seen before.</summary>
    public long Lines { get; private set; }

    /// <summary>The books of a carrier that is not running, from its log alone.</summary>
    public static CarrierBooks Read(string path)
    {
        CarrierBooks? books = null;
        if (File.Exists(path))
        {
            CarrierLog.Read(path, line =>
            {
                books ??= new CarrierBooks(BookLine.TruthOf(line, path), quota: null, TimeProvider.System);
                books.Replay(line, path);
            });
        }

        return books ?? throw new CarrierSetupException(
            $"No carrier has run in this directory yet: its log '{path}' is missing or empty. Give the --data directory of the run, "
            + "or with --carrier the address of a carrier that runs.");
    }

    /// <summary>Remembers that a request was charged to the day's quota.</summary>
    public void Charge()
    {
        lock (gate)
            log!.Append(BookLine.Charged, BookLine.Instant(time.GetUtcNow()));
    }

    /// <summary>Opens a snapshot; the same key gives the same one for as long as it lives.</summary>
    public (Snapshot Snapshot, bool Repeated) OpenSnapshot(string key, TimeSpan life)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            if (snapshotOfKey.TryGetValue(key, out var known) && snapshots[known].ExpiresAt > now)
                return (snapshots[known], true);
            var snapshot = new Snapshot($"snapshot-{snapshots.Count + 1}", Truth.Sims, BookLine.Rounded(now + life));
            log!.Append(BookLine.Opened, snapshot.Id, BookLine.Instant(snapshot.ExpiresAt), key);
            Open(snapshot, key);
            return (snapshot, false);
        }
    }

    /// <summary>True when the snapshot exists and can still be read.</summary>
    public bool CanRead(string id)
    {
        lock (gate)
            return snapshots.TryGetValue(id, out var snapshot) && snapshot.ExpiresAt > time.GetUtcNow();
    }

    /// <summary>Applies confirmations, each once for its key. The caller has checked that keys and SIMs exist.</summary>
    public ConfirmationReceipt Confirm(IReadOnlyList<(string Scope, int Sim)> batch, bool answerLost)
    {
        lock (gate)
        {
            foreach (var scope in batch.GroupBy(item => item.Scope, item => item.Sim))
                log!.Append(BookLine.Confirmed, answerLost ? "lost" : "told", scope.Key, string.Join(',', scope));
            var applied = batch.Count(item => confirmations.Add(item.Scope, item.Sim, answerLost));
            return new ConfirmationReceipt(applied, batch.Count - applied);
        }
    }

    /// <summary>Takes a report; false when its key was here before.</summary>
    public bool Publish(string key)
    {
        lock (gate)
        {
            log!.Append(BookLine.Published, key);
            return CountReport(key);
        }
    }

    public int[]? Counts(string scope)
    {
        lock (gate)
            return confirmations.Counts(scope);
    }

    public CarrierAudit Audit(TrafficCounts since)
    {
        lock (gate)
        {
            return new(
                Truth.Seed, Truth.Sims, Truth.Malformed.Count, snapshots.Count, reports.Count, reportsRepeated, since, confirmations.Audit());
        }
    }

    public void Dispose() => log?.Dispose();

    private void Open(Snapshot snapshot, string key)
    {
        snapshots[snapshot.Id] = snapshot;
        snapshotOfKey[key] = snapshot.Id;
    }

    private bool CountReport(string key)
    {
        var isNew = reports.Add(key);
        reportsRepeated += isNew ? 0 : 1;
        return isNew;
    }

    private void Replay(string[] line, string path)
    {
        if (Lines++ == 0)
        {
            BookLine.CheckHeader(line, Truth, path);
            return;
        }

        try
        {
            Apply(line);
        }
        catch (Exception problem) when (problem is FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new CarrierSetupException(
                $"Line {Lines} of the carrier's log '{path}' is not one of its own: '{string.Join(' ', line)}'. "
                + "Start in another --data directory.", problem);
        }
    }

    private void Apply(string[] line)
    {
        switch (line)
        {
            case [BookLine.Charged, var at]:
                quota?.Restore(BookLine.Instant(at));
                break;
            case [BookLine.Opened, var id, var expires, var key]:
                Open(new Snapshot(id, Truth.Sims, BookLine.Instant(expires)), key);
                break;
            case [BookLine.Confirmed, var told, var scope, var sims]:
                foreach (var sim in sims.Split(','))
                    confirmations.Add(scope, int.Parse(sim), answerLost: told == "lost");
                break;
            case [BookLine.Published, var key]:
                CountReport(key);
                break;
            default:
                throw new FormatException($"'{line[0]}' is not a word of the log.");
        }
    }
}
