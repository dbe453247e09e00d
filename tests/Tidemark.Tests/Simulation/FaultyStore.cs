using Tidemark.Storage;

namespace Tidemark.Tests.Simulation;

/// <summary>What befalls one call of the store.</summary>
internal readonly record struct Fault
{
    /// <summary>Waited before the store is asked.</summary>
    public TimeSpan DelayBefore { get; init; }

    /// <summary>It throws and was not carried out; the error says so.</summary>
    public bool ErrorBefore { get; init; }

    /// <summary>It was carried out and throws: the caller does not know.</summary>
    public bool ErrorAfter { get; init; }

    /// <summary>Waited after the store has carried it out and before the caller hears of it, good or bad.</summary>
    public TimeSpan DelayAfter { get; init; }
}

/// <summary>Decides the fault of each call.</summary>
internal interface IFaultSource
{
    Fault Next(string operation);

    /// <summary>The time of faults is over.</summary>
    void Calm()
    {
        // whoever has decided beforehand which call it is goes on
    }
}

/// <summary>A store on a bad day. It waits by the given clock only, so that a simulation decides how long that is.</summary>
internal sealed class FaultyStore(IJobStore inner, IFaultSource faults, TimeProvider clock) : StoreDecorator(inner)
{
    protected override async ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call)
    {
        var fault = faults.Next(operation);
        if (fault.DelayBefore > TimeSpan.Zero) await Task.Delay(fault.DelayBefore, clock);
        if (fault.ErrorBefore) throw new StoreException($"{operation} did not reach the store: a fault that was asked for. Try it again.");
        var reply = await call(asked);
        if (fault.DelayAfter > TimeSpan.Zero) await Task.Delay(fault.DelayAfter, clock);
        if (fault.ErrorAfter)
            throw new StoreException($"{operation} was sent and its answer was lost: a fault that was asked for. Read back what became of it.", outcomeUnknown: true);
        return reply;
    }
}
