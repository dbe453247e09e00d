using Tidemark.Seams;

namespace Tidemark.Tests.Simulation;

/// <summary>Runs a script in a process of the simulation, and writes its line in the side log.</summary>
internal sealed class ScriptInvoker(Sim sim, SimProcess process, Script script, SideLog log, History history) : JobInvoker
{
    public override Type ArgumentsType => typeof(int);

    public override ValueTask<string?> FaultAsync(IServiceProvider services) => default;

    public override object? Decode(EngineParts parts, byte[] arguments) => parts.FromJson<int>(arguments, "The arguments");

    public override async Task InvokeAsync(object? arguments, JobContext context, IServiceProvider? services, CancellationToken abort)
    {
        if (arguments is not int index || index != script.Index) sim.Fail($"job {context.Id} got the arguments {arguments} of another");
        var run = log.Open(Stage.AttemptOf(context).Job, process);
        try
        {
            await script.RunAsync(new(sim, process, run, history, context, abort));
        }
        catch (Exception error)
        {
            run.Threw = error is not OperationCanceledException;
            sim.Note($"{process.Name} job {context.Id} fence {run.Lease.Fence}: handler ended by {error.GetType().Name}");
            throw;
        }
        finally
        {
            run.Ended = true;
        }
    }
}
