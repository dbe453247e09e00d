namespace Tidemark.Sqlite.Files;

/// <summary>What is wrong with the file, as far as an operator can act on it.</summary>
internal enum SqliteFault
{
    /// <summary>One statement failed (a constraint, say); the file is well.</summary>
    Statement,
    DiskFull,
    ReadOnly,
    Corrupt,
    NotADatabase,
    InputOutput,

    /// <summary>The file was moved, replaced or deleted while open.</summary>
    Moved,
    CannotOpen,
    OutOfMemory,

    /// <summary>Somebody who does not pass the gate holds SQLite's own lock.</summary>
    Busy,

    /// <summary>Another process has held the gate for too long.</summary>
    GateHeld,
}
