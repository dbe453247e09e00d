namespace Tidemark.Tests.Simulation;

/// <summary>Fails one call, the n-th of its run, before the store has heard it or after.</summary>
internal sealed class NthCall(int n, bool after) : IFaultSource
{
    int calls;

    /// <summary>The operation that was hit; null: the run has made fewer calls.</summary>
    public string? Hit { get; private set; }

    public override string ToString() => $"call {n}, {Hit ?? "never made"}, failed {(after ? "after" : "before")} it was heard";

    public Fault Next(string operation)
    {
        if (++calls != n) return default;
        Hit = operation;
        return new() { ErrorBefore = !after, ErrorAfter = after };
    }
}
