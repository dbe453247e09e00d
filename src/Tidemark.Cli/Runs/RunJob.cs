using System.Collections.Frozen;
using Tidemark.Lifecycle;
using Tidemark.Seams;

namespace Tidemark.Cli.Runs;

/// <summary>A run as a job of the engine: one stream over the lines of its input.</summary>
internal sealed class RunJob(Source<InputLine, LinePosition> lines, LineRunner runner, Action entered, Action abort) : JobInvoker
{
    public override Type ArgumentsType => typeof(void);

    public override ValueTask<string?> FaultAsync(IServiceProvider services) => default;

    // The arguments tell people what the job is; the command to run is this process's own.
    public override object? Decode(EngineParts parts, byte[] arguments) => null;

    public override async Task InvokeAsync(object? arguments, JobContext context, IServiceProvider? services, CancellationToken abortToken)
    {
        entered(); // before the other: an abort that has come already is this attempt's, and stays
        await using var registration = abortToken.UnsafeRegister(static abort => ((Action)abort!)(), abort);
        await context.Stream(RunNames.Stream, lines).ForEachAsync((item, _) => runner.RunAsync(item));
    }

    /// <summary>The engine's definition of it.</summary>
    internal JobDefinition Define(string jobName, StreamOptions options) => new()
    {
        Name = jobName,
        Queue = RunNames.Queue,
        Retry = RetryPolicy.None, // what fails a run needs a person: its items and its input are tried again on their own
        Faults = new FaultPolicy([]),
        Streams = new Dictionary<string, StreamOptions>(StringComparer.Ordinal) { [RunNames.Stream] = options }.ToFrozenDictionary(StringComparer.Ordinal),
        Invoker = this,
        TimeLimit = null,
        NoProgressLimit = null,
        KeepsMemory = true,
    };
}
