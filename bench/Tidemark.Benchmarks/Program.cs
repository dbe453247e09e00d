using Tidemark.Benchmarks;
using Tidemark.Benchmarks.PostgreSql;

// Each measurement runs beside what it is compared with, in one process and interleaved over the rounds: read the ratios, not the rates.
var measurements = new Dictionary<string, Func<int, Task>>(StringComparer.Ordinal)
{
    ["drain"] = DrainMeasurement.RunAsync,
    ["drain-size"] = DrainSizeMeasurement.RunAsync,
    ["enqueue"] = EnqueueMeasurement.RunAsync,
    ["latency"] = LatencyMeasurement.RunAsync,
    ["stream"] = StreamMeasurement.RunAsync,
    ["charge"] = ChargeMeasurement.RunAsync,
    ["memory"] = MemoryMeasurement.RunAsync,
    ["idle"] = IdleMeasurement.RunAsync,
    ["recovery"] = RecoveryMeasurement.RunAsync,
    ["schedules"] = ScheduleMeasurement.RunAsync,
    ["cron"] = CronMeasurement.RunAsync,
    ["pg-drain"] = PgDrainMeasurement.RunAsync,
    ["pg-drain-size"] = PgDrainSizeMeasurement.RunAsync,
    ["pg-burst"] = PgBurstMeasurement.RunAsync,
    ["pg-enqueue"] = PgEnqueueMeasurement.RunAsync,
    ["pg-latency"] = PgLatencyMeasurement.RunAsync,
    ["pg-stream"] = PgStreamMeasurement.RunAsync,
    ["pg-recovery"] = PgRecoveryMeasurement.RunAsync,
    ["pg-schedules"] = PgScheduleMeasurement.RunAsync,
    ["pg-scale"] = PgScaleMeasurement.RunAsync,
    ["pg-idle"] = PgIdleMeasurement.RunAsync,
    ["pg-model"] = PgModelMeasurement.RunAsync,
    ["pg-plans"] = PgPlansMeasurement.RunAsync,
};
var children = new Dictionary<string, Func<string, Task>>(StringComparer.Ordinal) // what the measurements start of this program themselves
{
    ["child-drain"] = MemoryMeasurement.ChildAsync,
    ["child-idle"] = IdleMeasurement.ChildAsync,
    ["child-schedules"] = ScheduleMeasurement.ChildAsync,
    ["child-work"] = PgScaleMeasurement.ChildAsync,
    ["child-hold"] = RecoveryMeasurement.ChildAsync,
};
if (args is [var verb, var database] && children.TryGetValue(verb, out var child))
{
    await child(database);
    return 0;
}
var names = args.Where(arg => !int.TryParse(arg, out _)).ToArray();
var rounds = args.Select(arg => int.TryParse(arg, out var number) ? number : 0).FirstOrDefault(number => number > 0, 3);
if (names.FirstOrDefault(name => !measurements.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"There is no measurement '{unknown}'. Use any of {string.Join(", ", measurements.Keys)}, and a number of rounds.");
    return 2;
}
foreach (var name in names.Length > 0 ? names : [.. measurements.Keys]) await measurements[name](rounds);
return 0;
