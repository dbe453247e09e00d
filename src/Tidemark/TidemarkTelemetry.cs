namespace Tidemark;

/// <summary>The names by which Tidemark's measurements are found.</summary>
/// <example><code>metrics.AddMeter(TidemarkTelemetry.MeterName)</code></example>
public static class TidemarkTelemetry
{
    /// <summary>Of the <see cref="System.Diagnostics.Metrics.Meter"/>. What it measures is that of this process; docs/schedules.md and docs/locks.md list it.</summary>
    public const string MeterName = "Tidemark";
}
