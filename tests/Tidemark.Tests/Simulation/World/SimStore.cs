using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.Storage;

namespace Tidemark.Tests.Simulation;

/// <summary>
/// A process's connection to the store: a request is on the way, is carried out as one event, and its answer is on the way back. A process that
/// dies may leave a request on the way; its answer reaches nobody.
/// </summary>
internal sealed class SimStore(IJobStore inner, Sim sim, SimProcess process, IFaultSource faults, TimeSpan latency) : StoreDecorator(inner)
{
    TimeSpan cloggedUntil;

    /// <summary>Nothing passes for so long; then everything does, in any order.</summary>
    public void Clog(TimeSpan time)
    {
        cloggedUntil = sim.Now + time;
        sim.Note($"{process.Name} cannot reach the store for {time.TotalSeconds:0.0} s");
    }

    public void Unclog() => cloggedUntil = TimeSpan.Zero;

    protected override ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call)
    {
        var answer = new TaskCompletionSource<TReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (process.IsDead) return new(answer.Task); // the rest of the event in which it died: nothing of it counts
        var fault = faults.Next(operation);
        // User code of a transaction runs in its process: such a request sleeps and dies with it.
        var owner = HasUserCode(asked) || sim.Random.Next(2) == 0 ? process : null;
        sim.Post(owner, OnTheWay() + fault.DelayBefore, operation, () => Carry(operation, fault, () => call(asked), answer));
        return new(answer.Task);
    }

    void Carry<TReply>(string operation, Fault fault, Func<ValueTask<TReply>> call, TaskCompletionSource<TReply> answer)
    {
        Action deliver;
        if (fault.ErrorBefore) deliver = () => answer.SetException(new StoreException($"{operation} did not reach the store."));
        else
        {
            var carried = call();
            if (!carried.IsCompleted) throw new InvalidOperationException($"{operation} did not complete at once: the simulated store must be atomic.");
            deliver = fault.ErrorAfter
                ? () => answer.SetException(new StoreException($"{operation} was sent, and its answer was lost.", outcomeUnknown: true))
                : () => Answer(carried, answer);
        }
        sim.Note($"{process.Name} {operation}{(fault.ErrorBefore ? " lost" : "")}{(fault.ErrorAfter ? " unanswered" : "")}");
        sim.Post(process, OnTheWay() + fault.DelayAfter, operation, deliver);
    }

    static void Answer<TReply>(ValueTask<TReply> carried, TaskCompletionSource<TReply> answer)
    {
        try
        {
            answer.SetResult(carried.GetAwaiter().GetResult());
        }
        catch (Exception error)
        {
            answer.SetException(error);
        }
    }

    TimeSpan OnTheWay()
    {
        var clog = cloggedUntil - sim.Now;
        return (clog > TimeSpan.Zero ? clog : TimeSpan.Zero) + latency * sim.Random.NextDouble();
    }

    static bool HasUserCode<TAsked>(TAsked asked) => asked switch
    {
        Checkpoint checkpoint => checkpoint.Effects is not null,
        IReadOnlyList<Settlement> batch => batch.Any(settlement => settlement.Effects is not null),
        _ => false,
    };
}
