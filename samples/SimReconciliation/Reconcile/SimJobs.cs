using Tidemark;

namespace SimReconciliation.Reconcile;

/// <summary>The names of this service's jobs: data that is stored, so they never change.</summary>
internal static class SimJobs
{
    /// <summary>The one stream of <see cref="Reconcile"/>.</summary>
    public const string Stream = "reconcile";

    public static readonly JobKey<ReconcileArgs> Reconcile = new("reconcile-sims");
}

/// <summary>What one reconciliation is told.</summary>
/// <param name="Run">Its name: the same name is the same run.</param>
internal sealed record ReconcileArgs(string Run);
