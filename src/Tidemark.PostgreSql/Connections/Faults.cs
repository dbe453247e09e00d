using System.Collections.Frozen;
using Npgsql;

namespace Tidemark.PostgreSql.Connections;

/// <summary>What the server or the way to it answered, and what becomes of the write that met it.</summary>
internal static class Faults
{
    const string StoodStill = "25P03"; // idle_in_transaction_session_timeout; the driver has no name for it

    // Connection, transaction state, statements behind a pooler, login, database, resources, intervention, system, configuration, internal:
    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    static readonly FrozenSet<string> OwnClasses = new[] { "08", "25", "26", "28", "3D", "53", "57", "58", "F0", "XX" }.ToFrozenSet();

    static readonly FrozenDictionary<string, string> Remedies = new Dictionary<string, string>
    {
        [PostgresErrorCodes.DiskFull] = "Free space on the server's volume: writing goes on by itself.",
        [PostgresErrorCodes.TooManyConnections] = "Raise max_connections, lower the data source's Maximum Pool Size, or put a pooler between.",
        [PostgresErrorCodes.ReadOnlySqlTransaction] = "The server is a standby: give the data source all hosts and Target Session Attributes=primary.",
        [PostgresErrorCodes.InvalidSqlStatementName] = Pooler.Remedy,
        [PostgresErrorCodes.DuplicatePreparedStatement] = Pooler.Remedy,
        [PostgresErrorCodes.UndefinedTable] = "The schema is not there or not whole: let the store migrate, or apply the schema script.",
        [PostgresErrorCodes.InsufficientPrivilege] = "This role lacks a right: \"tidemark schema roles\" writes what a migrator, a worker, an enqueuer and a viewer need.",
        [PostgresErrorCodes.InvalidSchemaName] = "Create the schema, or let a role with CREATE on the database open the store once.",
        [PostgresErrorCodes.LockNotAvailable] = "Somebody holds what it needs, a dump or a long report for instance: end that, or try again after it.",
        [PostgresErrorCodes.UntranslatableCharacter] = "PostgreSQL keeps no U+0000 in text: leave it out of names, keys and messages.",
        [PostgresErrorCodes.CharacterNotInRepertoire] = "PostgreSQL keeps no U+0000 in text: leave it out of names, keys and messages.",
    }.ToFrozenDictionary();

    /// <summary>The server rolled back on its own account, and the same again may pass: a deadlock, a serialisation failure, a race that was lost.</summary>
    public static bool IsTransient(Exception error) => error is LostRace
        || error is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <summary>True if the connection is of no more use.</summary>
    public static bool BreaksConnection(Exception error) => error is NpgsqlException and not PostgresException
        || error is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or StoodStill };

    /// <summary>The server refused for how it is itself, or how it is reached: whatever was to be written is not to blame. A transaction that was left in an error is its user's.</summary>
    public static bool IsTheServers(PostgresException refusal) =>
        OwnClasses.Contains(refusal.SqlState[..2]) && refusal.SqlState != PostgresErrorCodes.InFailedSqlTransaction;

    /// <summary>
    /// What an operation fails with whose effects were looked into, and nothing found: to say the same for ever would be no help, so it is the job's own failure, unless it is
    /// the server's, or of the kind that our own statements meet too: rights and objects that are missing, and locks.
    /// </summary>
    public static Exception OfTheEffects(Exception error) =>
        error is StoreException { InnerException: PostgresException refusal } && !IsTheServers(refusal) && refusal.SqlState is not (['4', '2', ..] or ['5', '5', ..]) ? refusal : error;

    /// <summary>As <see cref="ToStoreException"/>; but a value that the server keeps nowhere is not the store's fault: whoever asks a store again until it is well would ask for ever.</summary>
    /// <inheritdoc cref="ToStoreException" path="/param"/>
    public static Exception ToException(Exception error, string place, bool atCommit, bool begun)
    {
        var told = ToStoreException(error, place, atCommit, begun);
        return error is PostgresException { SqlState: ['2', '2', ..] } && !told.OutcomeUnknown ? new TidemarkException(told.Message, error) : told;
    }

    /// <param name="error">What the driver threw.</param>
    /// <param name="place">Of the database.</param>
    /// <param name="atCommit">It was thrown by the commit: unless the server itself refused, nobody knows.</param>
    /// <param name="begun">A part of the operation was written before, in a transaction of its own: what became of it must be read.</param>
    public static StoreException ToStoreException(Exception error, string place, bool atCommit, bool begun = false)
    {
        var refused = error as PostgresException;
        var unknown = begun || (atCommit && (refused is null || BreaksConnection(refused)));
        var remedy = refused is not null && Remedies.TryGetValue(refused.SqlState, out var known) ? known
            : error is Unreplicated ? "Ask again with the same key: it is answered once a standby has it. Check that a standby of synchronous_standby_names runs."
            : refused is null ? "Check that the server runs and can be reached: it is tried again by itself."
            : "The server is well; this statement was refused.";
        return new($"PostgreSQL at {place} could not do it: {refused?.MessageText ?? error.Message}{(refused is null ? "" : $" ({refused.SqlState})")}. {remedy}", unknown, error);
    }
}
