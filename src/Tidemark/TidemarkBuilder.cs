using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tidemark.Hosting;
using Tidemark.Running;
using Tidemark.Storage;
using Tidemark.Storage.InMemory;

namespace Tidemark;

/// <summary>Composes Tidemark: one store, the jobs, the options.</summary>
public sealed class TidemarkBuilder
{
    readonly HashSet<string> scheduleNames = new(StringComparer.Ordinal);

    internal TidemarkBuilder() { }

    internal List<IJobDeclaration> Jobs { get; } = [];

    internal Func<TimeProvider, IServiceProvider, IJobStore>? Store { get; set; }

    internal List<IScheduleDeclared> Schedules { get; } = [];

    internal List<string> Faults { get; } = [];

    internal List<Action<IServiceCollection>> ServicesToAdd { get; } = [];

    /// <summary>Null: the system's.</summary>
    internal TimeProvider? Time { get; private set; }

    /// <summary>The engine's limits and times.</summary>
    public TidemarkOptions Options { get; } = new();

    /// <summary>Keeps everything in this process's memory: for tests and trials. Nothing survives the process.</summary>
    public TidemarkBuilder UseInMemory()
    {
        UseStore((time, _) => new InMemoryJobStore(time));
        return this;
    }

    /// <summary>In-process waits and due times of the in-memory store go by this clock: for tests.</summary>
    /// <param name="time">The clock.</param>
    public TidemarkBuilder UseTime(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        Time = time;
        return this;
    }

    /// <summary>Declares a job that this process can run.</summary>
    /// <typeparam name="TArgs">Its arguments.</typeparam>
    /// <param name="key">Its name.</param>
    public JobBuilder<TArgs> AddJob<TArgs>(JobKey<TArgs> key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var job = new JobBuilder<TArgs>(key);
        if (Jobs.Exists(known => known.Name == key.Name)) Faults.Add($"The job name '{key.Name}' is registered twice. Names are the identity of stored jobs: give each handler its own.");
        else Jobs.Add(job);
        return job;
    }

    /// <summary>
    /// Declares a schedule: a rule that enqueues a job at each of its occurrences, exactly once whatever the number of workers. The store keeps what has
    /// happened; declaring again, at each start of each process, never resets it.
    /// </summary>
    /// <typeparam name="TArgs">The job's arguments.</typeparam>
    /// <param name="name">The schedule's identity, 1 to 100 characters as a job's name.</param>
    /// <param name="job">What is enqueued.</param>
    /// <param name="args">With these arguments.</param>
    /// <param name="rule">When: <c>Every.Day.At(2, 0).In("Asia/Kathmandu")</c>.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public ScheduleBuilder<TArgs> AddSchedule<TArgs>(string name, JobKey<TArgs> job, TArgs args, Schedule rule)
    {
        Names.Validate(name, "schedule name");
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(rule);
        var schedule = new ScheduleBuilder<TArgs>(name, job, args, rule);
        if (scheduleNames.Add(name)) Schedules.Add(schedule);
        else Faults.Add($"The schedule '{name}' is declared twice. Give each its own name.");
        return schedule;
    }

    /// <summary>Subscribes to a queue with its own number of slots. Without any call: the queues of the registered jobs, each with <see cref="TidemarkOptions.Slots"/>.</summary>
    /// <param name="name">The queue.</param>
    /// <param name="slots">Running attempts at once, 1 to 10,000.</param>
    public TidemarkBuilder Queue(string name, int slots)
    {
        Options.Queues[name] = slots;
        return this;
    }

    /// <summary>Runs a worker for <see cref="ITidemarkLocks"/> even if this process declares no job. With jobs there is one anyway.</summary>
    public TidemarkBuilder UseLocks()
    {
        Options.KeepsLocks = true;
        return this;
    }

    /// <summary>Adds a sink for what needs a person. Several take each alert each; a sink that is registered with the host's services as <see cref="IAlertSink"/> is found too.</summary>
    /// <typeparam name="TSink">The sink: one for the process, with constructor injection; disposed of by the host.</typeparam>
    public TidemarkBuilder AddAlertSink<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSink>() where TSink : class, IAlertSink
    {
        Services(services => services.TryAddEnumerable(ServiceDescriptor.Singleton<IAlertSink, TSink>()));
        return this;
    }

    /// <summary>Adds a sink that is there already.</summary>
    /// <param name="sink">The sink. Whoever made it disposes of it.</param>
    public TidemarkBuilder AddAlertSink(IAlertSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        Services(services => services.AddSingleton(sink));
        return this;
    }

    /// <summary>Services that a store brings along.</summary>
    internal void Services(Action<IServiceCollection> add) => ServicesToAdd.Add(add);

    internal void UseStore(Func<TimeProvider, IServiceProvider, IJobStore> store)
    {
        if (Store is not null) Faults.Add("Two stores were given. Call UseInMemory, UseSqlite or UsePostgreSql once, over all calls of AddTidemark.");
        Store = store;
    }
}
