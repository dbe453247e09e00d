using System.Text.RegularExpressions;
using Tidemark.Lifecycle;

namespace Tidemark.Running;

/// <summary>
/// Looks at the first try of each of the latest items. When enough of them failed with one error, over as many keys, the fault is not the
/// items': the breaker trips. Pure bookkeeping; the loop acts on it.
/// </summary>
internal sealed partial class StreamBreaker(BreakerOptions options)
{
    readonly string?[] window = new string?[options.Window]; // the error's fingerprint, or null for a success
    readonly List<(string Fingerprint, QuarantineEntry Entry)> wronged = [];
    int next, failuresInWindow;

    public void FirstTrySucceeded() => Push(null);

    /// <summary>True if this failure trips the breaker.</summary>
    public bool FirstTryFailed(Exception error, out string fingerprint)
    {
        fingerprint = FingerprintOf(error);
        Push(fingerprint);
        if (failuresInWindow < options.Failures) return false;
        var alike = 0;
        foreach (var seen in window)
        {
            if (seen == fingerprint) alike++;
        }
        return alike >= options.Failures;
    }

    /// <summary>Remembers an item quarantined for this error: it is taken back if the breaker trips on it.</summary>
    public void Quarantined(Exception error, QuarantineEntry entry)
    {
        if (wronged.Count == options.Window) wronged.RemoveAt(0);
        wronged.Add((FingerprintOf(error), entry));
    }

    /// <summary>The items to take back, each once: lanes that fail while the first trip is on its way out trip again.</summary>
    public List<QuarantineEntry> TakeWrongedBy(string fingerprint)
    {
        List<QuarantineEntry> taken = [.. wronged.Where(item => item.Fingerprint == fingerprint).Select(item => item.Entry)];
        wronged.RemoveAll(item => item.Fingerprint == fingerprint);
        return taken;
    }

    /// <summary>How long to park before the next canary: doubling, capped.</summary>
    public static TimeSpan Pause(BreakerOptions options, int failedCanaries)
    {
        var ticks = Math.Min(options.Pause.Ticks * Math.Pow(2, Math.Min(failedCanaries, 40)), options.PauseCeiling.Ticks);
        return TimeSpan.FromTicks((long)ticks);
    }

    /// <summary>Type and message with numbers, ids and quoted values taken out: two items' failures for one cause look alike.</summary>
    public static string FingerprintOf(Exception error)
    {
        var text = ErrorText.MessageOf(error);
        return $"{error.GetType().Name}: {Values().Replace(text.Length > 300 ? text[..300] : text, "#")}";
    }

    void Push(string? fingerprint)
    {
        if (fingerprint is null && failuresInWindow == 0) return; // the common case: nothing but successes
        if (window[next] is not null) failuresInWindow--;
        window[next] = fingerprint;
        if (fingerprint is not null) failuresInWindow++;
        if (++next == window.Length) next = 0;
    }

    [GeneratedRegex("""'[^']*'|"[^"]*"|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9]+""", RegexOptions.None, 1_000)]
    private static partial Regex Values();
}
