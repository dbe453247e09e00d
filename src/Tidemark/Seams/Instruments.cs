using System.Diagnostics.Metrics;
using Tidemark.Scheduling;

namespace Tidemark.Seams;

/// <summary>What is measured, fed where it happens. Names follow OpenTelemetry: units in the unit, and no attribute of which a store may have a hundred thousand.</summary>
internal sealed class Instruments
{
    const string Kind = "tidemark.schedule.occurrence.kind";
    const string Trouble = "tidemark.schedule.trouble";
    const string Outcome = "tidemark.lock.outcome";

    readonly Counter<long> occurrences, missed, lost;
    readonly Histogram<double> lag, wait;

    public Instruments(Meter meter)
    {
        occurrences = meter.CreateCounter<long>("tidemark.schedule.occurrences", "{occurrence}", "Occurrences that this process has given their job.");
        missed = meter.CreateCounter<long>("tidemark.schedule.missed", "{occurrence}", "Occurrences that nobody started in time, let go by their policy, as this process found them.");
        lag = meter.CreateHistogram<double>("tidemark.schedule.lag", "s", "From the instant at which an occurrence was due to its job in the store; by the store's clock.");
        meter.CreateObservableGauge("tidemark.schedule.troubles", TroublesNow, "{trouble}", "Troubles of the store's schedules, by kind, as this process saw them last. Every worker sees the same: take the greatest, not the sum.");
        meter.CreateObservableUpDownCounter("tidemark.lock.held", () => Locks?.Invoke().Held ?? 0, "{lock}", "Locks that this process holds.");
        meter.CreateObservableUpDownCounter("tidemark.lock.waiting", () => Locks?.Invoke().Waiting ?? 0, "{lock}", "Locks that this process waits for.");
        wait = meter.CreateHistogram<double>("tidemark.lock.wait", "s", "From asking for a lock to the end of the wait.");
        lost = meter.CreateCounter<long>("tidemark.lock.lost", "{lock}", "Locks that this process has lost before it let them go.");
    }

    /// <summary>How many there are of each kind; null: it is not known at present, and nothing is said.</summary>
    public IReadOnlyDictionary<string, int>? Troubles { get; set; }

    /// <summary>The locks of this process; null: no worker runs in it.</summary>
    public Func<(int Held, int Waiting)>? Locks { get; set; }

    public void Enqueued(ScheduleChange change, ScheduleReply reply)
    {
        if (!occurrences.Enabled) return;
        for (var at = 0; at < reply.Jobs.Length; at++)
            if (reply.Jobs[at] is not null) occurrences.Add(1, KindOf(change.Jobs[at]));
    }

    /// <summary>One that was due at an instant has its job now.</summary>
    public void Lag(ScheduledJob job, TimeSpan late) => lag.Record(Math.Max(0, late.TotalSeconds), KindOf(job));

    public void Missed(long count)
    {
        if (count > 0) missed.Add(count);
    }

    public void Waited(TimeSpan time, string outcome) => wait.Record(time.TotalSeconds, new KeyValuePair<string, object?>(Outcome, outcome));

    public void Lost() => lost.Add(1);

    IEnumerable<Measurement<int>> TroublesNow() => Troubles is { } known ? known.Select(of => new Measurement<int>(of.Value, new KeyValuePair<string, object?>(Trouble, of.Key))) : [];

    static KeyValuePair<string, object?> KindOf(ScheduledJob job) => new(Kind, job.Kind switch
    {
        OccurrenceKind.CatchUp => "catch_up",
        OccurrenceKind.Trigger => "trigger",
        _ => "regular",
    });
}
