namespace SimReconciliation.Commands;

/// <summary>One start of the service.</summary>
/// <param name="Run">The run's name: the same name goes on with the same run.</param>
/// <param name="Data">The directory of everything that survives a kill.</param>
/// <param name="Store">A PostgreSQL server that keeps inventory and jobs; null: files in the directory do.</param>
/// <param name="Carrier">Where the carrier listens.</param>
/// <param name="Retry">True: a run that has failed is tried again from its last checkpoint.</param>
internal sealed record RunOptions(string Run, string Data, string? Store, Uri Carrier, bool Retry);
