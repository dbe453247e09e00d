using Npgsql;
using Tidemark.PostgreSql.Connections;

namespace Tidemark.PostgreSql.Writing;

/// <summary>
/// Operations on one connection, as many as have come in one transaction. If one of them cannot be done, all are undone and done again one
/// by one: a savepoint for each would cost every batch what hardly any needs.
/// </summary>
internal sealed class WriteBatch(Database database, StatementCache statements)
{
    const int Tries = 10; // against others' locks, each in a transaction of its own

    /// <summary>Carries out and tells. False: the connection is of no more use.</summary>
    public bool Run(List<WriteOperation> operations)
    {
        if (operations.Count == 1 || !TryTogether(operations, out var broken)) return operations.TrueForAll(RunAlone);
        return !broken;
    }

    // False: to be done one by one.
    bool TryTogether(List<WriteOperation> operations, out bool broken)
    {
        broken = false;
        try
        {
            using var transaction = statements.Connection.BeginTransaction();
            var writing = new WriteTransaction(database, statements, transaction);
            foreach (var operation in operations) operation.Execute(writing);
            if (Commit(transaction) is { } fault)
            {
                operations.ForEach(operation => operation.Fail(Faults.ToStoreException(fault, database.Place, atCommit: true)));
                broken = Faults.BreaksConnection(fault);
                return true;
            }
        }
        catch (Exception error)
        {
            statements.ResetAll();
            if (!Faults.BreaksConnection(error)) return false;
            operations.ForEach(operation => operation.Fail(Faults.ToStoreException(error, database.Place, atCommit: false)));
            broken = true;
            return true;
        }
        operations.ForEach(operation => operation.Complete());
        return true;
    }

    bool RunAlone(WriteOperation operation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var transaction = operation.OnlyReads ? null : statements.Connection.BeginTransaction();
                operation.Execute(new(database, statements, transaction));
                if (transaction is null || Commit(transaction) is not { } fault)
                {
                    operation.Complete();
                    return true;
                }
                if (Faults.IsTransient(fault) && tries < Tries) continue;
                operation.Fail(Faults.ToStoreException(fault, database.Place, atCommit: true));
                return !Faults.BreaksConnection(fault);
            }
            catch (Exception error)
            {
                statements.ResetAll();
                if (Faults.IsTransient(error) && tries < Tries) continue;
                operation.Fail(error is NpgsqlException ? Faults.ToStoreException(error, database.Place, atCommit: false) : error);
                return !Faults.BreaksConnection(error) && statements.Connection.State == System.Data.ConnectionState.Open;
            }
        }
    }

    static Exception? Commit(NpgsqlTransaction transaction)
    {
        try
        {
            transaction.Commit();
            return null;
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException)
        {
            return error;
        }
    }
}
