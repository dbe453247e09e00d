using Microsoft.Extensions.Logging;
using Tidemark.Hosting;
using Tidemark.Seams;
using Tidemark.Settling;
using Tidemark.Storage;

namespace Tidemark.Cli.Runs;

/// <summary>One engine for one run. Composed by hand: a container and a host would cost more time than many a run takes.</summary>
internal sealed class RunEngine : IAsyncDisposable
{
    // A drain ends when the commands do; who cannot wait says so by a second signal.
    static readonly TimeSpan AsLongAsItTakes = TimeSpan.FromDays(30);

    /// <summary>Bytes of the longest line that a run may be told to take.</summary>
    internal const int LongestLine = 64 * 1024 * 1024;

    // Whatever line is taken can be set aside: in JSON one of its bytes takes six at most, as in \u0001, and its number some more.
    const int LargestPayload = (6 * LongestLine) + 1024;

    readonly EngineLane _lane = new();
    readonly PulseThread _pulse = new();
    readonly Engine _engine;

    /// <param name="store">Where it is remembered.</param>
    /// <param name="isServers">The store is a server's, whose history may be long and others': to look through it takes time.</param>
    /// <param name="job">The run.</param>
    /// <param name="loggers">For what the engine tells.</param>
    /// <param name="settled">Told of each durable settlement.</param>
    internal RunEngine(IJobStore store, bool isServers, JobDefinition job, ILoggerFactory loggers, Action<Settlement> settled)
    {
        Options = new TidemarkOptions
        {
            DrainTimeout = AsLongAsItTakes,
            MaxPayloadBytes = LargestPayload,
            MaxPrefetch = 0,
            PrunesEvery = isServers ? TimeSpan.FromHours(1) : TimeSpan.Zero,
            PrunedNames = RunNames.Prefix, // what services keep in the same store they keep for as long as they say
        };
        Options.Queues[RunNames.Queue] = 1;
        _engine = new Engine(new EngineParts
        {
            Store = store,
            Time = TimeProvider.System,
            Entropy = new SystemEntropy(),
            Options = Options,
            Catalog = new JobCatalog([job]),
            Scopes = null,
            Loggers = loggers,
            Lanes = new() { Engine = _lane, Timers = _lane.Timers, Handlers = TaskScheduler.Default, Cancel = PoolCancelling.Cancel, Pulse = _pulse },
        })
        {
            Settled = settled,
        };
    }

    internal TidemarkOptions Options { get; }

    internal Task StartAsync() => _engine.StartAsync();

    internal Task<bool> DrainAsync(CancellationToken hurry) => _engine.DrainAsync(hurry);

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _lane.Dispose();
        _pulse.Dispose();
    }
}
