using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Scheduling;
using Tidemark.Seams;

namespace Tidemark.Hosting;

/// <summary>What the user declared, made into the engine's parts; and checked, all faults at once.</summary>
internal sealed class Registration(TidemarkBuilder builder)
{
    public TidemarkBuilder Builder => builder;

    /// <summary>Builds the process's one host. Faults that stand in the way of building are told like all others.</summary>
    public TidemarkHost Compose(IServiceProvider services, ILoggerFactory loggers)
    {
        if (builder.Store is null) throw new TidemarkException(Message([.. StructuralFaults()]));
        var time = builder.Time ?? TimeProvider.System;
        var lane = new EngineLane();
        var pulse = new PulseThread();
        // The factory of the host tells its meters from those of other hosts in the process; one that it made goes with it.
        var meter = services.GetService<IMeterFactory>()?.Create(TidemarkTelemetry.MeterName) ?? new Meter(TidemarkTelemetry.MeterName);
        var parts = new EngineParts
        {
            Store = builder.Store(time, services),
            Time = time,
            Entropy = new SystemEntropy(),
            Options = builder.Options,
            Catalog = new(builder.Jobs.Select(job => job.Define())),
            Scopes = services.GetService<IServiceScopeFactory>(),
            Loggers = loggers,
            Instruments = new(meter),
            Lanes = new() { Engine = lane, Timers = builder.Time ?? lane.Timers, Handlers = TaskScheduler.Default, Cancel = PoolCancelling.Cancel, Pulse = pulse },
        };
        return new(parts, new Waiters(parts), () =>
        {
            lane.Dispose();
            pulse.Dispose();
            meter.Dispose();
        });
    }

    /// <summary>Throws one error that names every fault.</summary>
    public async Task ValidateAsync(IServiceProvider services)
    {
        var faults = StructuralFaults().ToList();
        if (builder.Store is not null)
        {
            var parts = services.GetRequiredService<EngineParts>();
            foreach (var job in builder.Jobs)
            {
                await foreach (var fault in job.FaultsAsync(services, parts)) faults.Add(fault);
            }
            parts.Schedules = Declared(parts, faults);
            parts.AlertSinks = [.. services.GetServices<IAlertSink>()]; // not before: a sink may want the clients, which want what is being composed
        }
        if (faults.Count > 0) throw new TidemarkException(Message(faults));
    }

    FrozenDictionary<string, ScheduleDeclaration> Declared(EngineParts parts, List<string> faults)
    {
        var declared = new List<ScheduleDeclaration>(builder.Schedules.Count);
        foreach (var schedule in builder.Schedules)
        {
            try
            {
                declared.Add(schedule.Declare(parts));
            }
            catch (Exception fault) when (fault is FormatException or TidemarkException)
            {
                faults.Add($"Schedule '{schedule.Name}': {fault.Message}");
            }
        }
        return declared.ToFrozenDictionary(one => one.Name, StringComparer.Ordinal);
    }

    IEnumerable<string> StructuralFaults()
    {
        if (builder.Store is null) yield return "No store was chosen. Call UseSqlite(\"tidemark.db\"), UsePostgreSql(dataSource) or UseInMemory().";
        foreach (var fault in builder.Faults) yield return fault;
        foreach (var fault in builder.Options.Faults()) yield return fault;
        foreach (var job in builder.Jobs.Select(job => job.Define()))
        {
            if (builder.Options.Queues.Count > 0 && !builder.Options.Queues.ContainsKey(job.Queue))
                yield return $"Job '{job.Name}' goes to the queue '{job.Queue}', to which this worker does not subscribe ({string.Join(", ", builder.Options.Queues.Keys)}). Add .Queue(\"{job.Queue}\", slots).";
        }
    }

    static string Message(List<string> faults) =>
        $"Tidemark is not set up right ({faults.Count} {(faults.Count == 1 ? "fault" : "faults")}):{string.Concat(faults.Select(fault => $"\n  - {fault}"))}";
}

/// <summary>A declared job with its argument type out of sight.</summary>
internal interface IJobDeclaration
{
    string Name { get; }

    IAsyncEnumerable<string> FaultsAsync(IServiceProvider services, EngineParts parts);

    JobDefinition Define();
}

/// <summary>A declared schedule with its argument type out of sight.</summary>
internal interface IScheduleDeclared
{
    string Name { get; }

    /// <exception cref="TidemarkException">A policy is out of range, or the arguments cannot be JSON.</exception>
    ScheduleDeclaration Declare(EngineParts parts);
}
