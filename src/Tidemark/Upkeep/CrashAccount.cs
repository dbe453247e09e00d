using Tidemark.Settling;
using Tidemark.Storage;

namespace Tidemark.Upkeep;

/// <summary>What a rescue writes into the ledger of a dead worker's jobs: the same words and the same judgement on every store.</summary>
/// <param name="Worker">Its name.</param>
/// <param name="Lease">How long it might be silent.</param>
/// <param name="Gone">Its process is gone. False: it was silent for longer than its lease, and may be running still.</param>
internal readonly record struct CrashAccount(string Worker, TimeSpan Lease, bool Gone)
{
    const int KeysTold = 10;

    /// <summary>A job whose handler was running, or may have been.</summary>
    /// <param name="cost">What its presence tells; null: nobody could read it.</param>
    /// <param name="stream">Where it was; null: in none.</param>
    /// <param name="inFlight">Items in flight.</param>
    /// <param name="keys">The keys of those that are known.</param>
    public Interruption Crashed(Cost? cost, string? stream, long inFlight, IEnumerable<string> keys)
    {
        // Only the dead do no more: one that is merely silent may be stopped between taking an item and beginning it.
        var exact = Gone && cost is not null;
        var where = stream is null ? "" : $"; in stream '{stream}'";
        var what = inFlight == 0 ? "" : $", {inFlight} in flight: {string.Join(", ", keys.Take(KeysTold))}";
        return Line(exact ? cost!.Value : new(-1, -1), exact, where + what);
    }

    /// <summary>A job whose handler had returned: it was not running when the process died.</summary>
    public Interruption Returned(Cost left) => Line(left, exact: true, "; the handler had returned, and its outcome was not written yet");

    /// <summary>The reason of a job that has used up its crashes.</summary>
    public static string Reason(int crashes) => $"crashed {crashes} times without progress";

    /// <summary>The error of a job that has used up its crashes.</summary>
    public static string Error(int crashes, Interruption last) => $"Its process crashed {crashes} times while it was the only suspect, without progress: {last.Detail}";

    Interruption Line(Cost cost, bool exact, string more) => new()
    {
        Cause = Gone ? InterruptionCause.Crash : InterruptionCause.LeaseLost,
        CostItems = cost.Items,
        CostMs = cost.Ms,
        Exact = exact,
        Detail = (Gone ? $"worker {Worker} is gone" : $"worker {Worker} was silent for longer than its lease of {Lease.TotalSeconds:0.###} s") + more,
    };
}
