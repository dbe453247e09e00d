namespace Tidemark.Sqlite;

/// <summary>What an accepted write survives.</summary>
public enum Durability
{
    /// <summary>The death of the process (kill -9), not of the machine: SQLite's <c>synchronous=NORMAL</c>.</summary>
    ProcessCrash,

    /// <summary>Loss of power too, on a disk that honours flush: <c>synchronous=FULL</c>. The default.</summary>
    PowerLoss,
}
