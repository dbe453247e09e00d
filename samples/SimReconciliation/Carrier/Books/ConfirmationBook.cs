namespace SimReconciliation.Carrier;

/// <summary>How often each SIM was confirmed, by scope (the key without its last part). Not thread-safe: the books hold the lock.</summary>
internal sealed class ConfirmationBook(SimTruth truth)
{
    /// <summary>The oldest scope beyond these is forgotten, as real carriers forget old idempotency keys.</summary>
    private const int MostScopes = 32;
    private readonly Dictionary<string, Scope> scopes = [];
    private readonly Queue<string> order = [];

    /// <summary>Counts one confirmation; false when its key was here before.</summary>
    public bool Add(string scope, int sim, bool answerLost)
    {
        if (!scopes.TryGetValue(scope, out var counts))
        {
            if (order.Count == MostScopes)
                scopes.Remove(order.Dequeue());
            order.Enqueue(scope);
            scopes[scope] = counts = new Scope(new int[truth.Sims]);
        }

        counts.AnswersLost += answerLost ? 1 : 0;
        return ++counts.Received[sim] == 1;
    }

    /// <summary>How often each SIM, by index, was confirmed in a scope; null when nothing was.</summary>
    public int[]? Counts(string scope) => scopes.TryGetValue(scope, out var counts) ? [.. counts.Received] : null;

    public ScopeAudit[] Audit() => [.. order.Select(scope =>
    {
        var counts = scopes[scope];
        var received = counts.Received.Sum(count => (long)count);
        var distinct = counts.Received.Count(count => count > 0);
        return new ScopeAudit(scope, received, distinct, received - distinct, counts.AnswersLost, counts.Received.Max());
    })];

    private sealed class Scope(int[] received)
    {
        public int[] Received { get; } = received;

        public long AnswersLost { get; set; }
    }
}
