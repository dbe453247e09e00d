using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Writing;

/// <summary>
/// Operations on one connection: those that go by sets in one round trip, then the others in one transaction. If one of them cannot be done,
/// all are undone and done again one by one: a savepoint for each would cost every batch what hardly any needs.
/// </summary>
/// <remarks>On a connection that has rested, and was not looked at since, there may be nobody at the other end: what only reads is then left for another.</remarks>
internal sealed class WriteBatch(Database database, StatementCache statements, List<WriteOperation> waiting, bool hasRested = false)
{
    const int Tries = 10; // against others' locks, each in a transaction of its own
    static readonly Sql CommitSql = Sql.Load("Connections/Commit");
    static readonly Sql BarrierSql = Sql.Load("Connections/Barrier");
    static readonly Sql UnflushedSql = Sql.Load("Connections/Unflushed");

    /// <summary>Carries out and tells, and takes from the list what has been told. False: the connection is of no more use, and what is left has not begun.</summary>
    public bool Run()
    {
        while (waiting.Count > 0)
        {
            if (database.NeedsStandby && database.Doubts.Any && SettleDoubts() is { } fault) return FailAll([.. waiting], fault, atCommit: false) || !Broke(fault);
            var sets = waiting.FindAll(operation => operation.Set is not null && !operation.HasBegun);
            if (!(sets.Count > 0 ? RunSets(sets) : RunOthers([.. waiting]))) return false;
        }
        return true;
    }

    bool RunSets(List<WriteOperation> operations)
    {
        for (var tries = 1; ; tries++)
        {
            using var trip = new RoundTrip(statements);
            try
            {
                foreach (var kind in operations.GroupBy(operation => operation.Set)) kind.Key!.Add(trip, kind);
                RunLast(trip);
                if (statements.WaitWasCancelled) throw new Unreplicated();
                foreach (var operation in operations)
                {
                    operation.HasBegun = operation.HasRest;
                    if (!operation.HasBegun) Complete(operation);
                }
                return true;
            }
            catch (Exception error)
            {
                // The commit has travelled with the statements: unless the server itself has refused one of them, nobody knows.
                if ((trip.IsSent && error is not PostgresException) || Broke(error)) return FailAll(operations, error, atCommit: trip.IsSent) || !Broke(error);
                if (operations.Count > 1) return operations.TrueForAll(operation => RunSets([operation]));
                if (Faults.IsTransient(error) && tries < Tries) continue;
                Fail(operations[0], error, atCommit: false);
                return true;
            }
        }
    }

    bool RunOthers(List<WriteOperation> operations)
    {
        if (operations.Count == 1) return RunAlone(operations[0]);
        try
        {
            using var transaction = statements.Connection.BeginTransaction();
            var writing = new WriteTransaction(database, statements, transaction, isLent: false); // who lends it runs alone
            foreach (var operation in operations) operation.Execute(writing);
            writing.Limits.Mark(writing);
            if (Commit(transaction) is { } fault) return FailAll(operations, fault, atCommit: true) || !Broke(fault);
        }
        catch (Exception error)
        {
            statements.ResetAll();
            return Broke(error) ? FailAll(operations, error, atCommit: false) : operations.TrueForAll(RunAlone);
        }
        operations.ForEach(Complete);
        return true;
    }

    bool RunAlone(WriteOperation operation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var transaction = operation.OnlyReads || operation.TravelsWhole ? null : statements.Connection.BeginTransaction();
                var writing = new WriteTransaction(database, statements, transaction, operation.Lends);
                operation.Execute(writing);
                writing.Limits.Mark(writing);
                using var closing = writing.Closing;
                if ((transaction is null && closing is null) || Commit(transaction, closing) is not { } fault)
                {
                    Complete(operation);
                    return true;
                }
                if (MayPass(operation, fault, tries) || (fault is PostgresException && !Broke(fault) && operation.GoesAboutItOtherwise(fault))) continue;
                Fail(operation, fault, atCommit: true);
                return !Broke(fault);
            }
            catch (Exception error)
            {
                statements.ResetAll();
                if (error is SpoiledConnection) return false; // it has noted what its user code came to, and is made again on another
                if (hasRested && operation.OnlyReads && Broke(error) && error.InnerException is not TimeoutException) return false;
                if (MayPass(operation, error, tries) || ((error is not NpgsqlException || (error is PostgresException && !Broke(error))) && operation.GoesAboutItOtherwise(error))) continue;
                Fail(operation, error, atCommit: false);
                return !Broke(error);
            }
        }
    }

    // What travels whole has another way, in which nothing of its own is held while it waits.
    static bool MayPass(WriteOperation operation, Exception error, int tries) => Faults.IsTransient(error) && !operation.TravelsWhole && tries < Tries;

    bool Broke(Exception error) => Faults.BreaksConnection(error) || statements.Connection.State != System.Data.ConnectionState.Open;

    void Complete(WriteOperation operation)
    {
        try
        {
            operation.MakeAnswer();
        }
        catch (Exception error)
        {
            operation.HasBegun = true; // and ended: only the answer is missing
            Fail(operation, error, atCommit: true);
            return;
        }
        waiting.Remove(operation);
        operation.Complete();
    }

    void Fail(WriteOperation operation, Exception error, bool atCommit)
    {
        waiting.Remove(operation);
        if (atCommit) database.Doubts.Raise();
        // Whatever it was that somebody threw: on a connection that is gone it says nothing about the operation.
        operation.Fail(error is NpgsqlException or Unreplicated || atCommit || Broke(error) ? Faults.ToException(error, database.Place, atCommit, operation.HasBegun) : error);
    }

    bool FailAll(List<WriteOperation> operations, Exception error, bool atCommit)
    {
        operations.ForEach(operation => Fail(operation, error, atCommit));
        return false;
    }

    // Nothing is done, and nothing read, before the standby has what is in doubt.
    Exception? SettleDoubts()
    {
        var until = database.Doubts.Now;
        try
        {
            statements.Get(BarrierSql).Any();
            if (statements.WaitWasCancelled) return new Unreplicated();
            database.Doubts.Settle(until);
            return null;
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException)
        {
            statements.ResetAll();
            return error;
        }
    }

    // After which the server commits.
    void RunLast(RoundTrip trip, Sql? commit = null)
    {
        if (!database.NeedsDisk) trip.Add(UnflushedSql, static _ => { });
        if (commit is not null) trip.Add(commit);
        trip.Run();
    }

    // Of the two, one at least.
    Exception? Commit(NpgsqlTransaction? transaction, RoundTrip? closing = null)
    {
        using var unflushed = closing is null && !database.NeedsDisk ? new RoundTrip(statements) : null;
        closing ??= unflushed;
        try
        {
            if (closing is null) transaction!.Commit();
            else RunLast(closing, transaction is null ? null : CommitSql);
            return statements.WaitWasCancelled ? new Unreplicated() : null;
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException)
        {
            return error;
        }
    }
}
