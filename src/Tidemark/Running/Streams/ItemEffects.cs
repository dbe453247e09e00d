using System.Data.Common;

namespace Tidemark.Running;

/// <summary>What a stream does in its checkpoints' transactions.</summary>
/// <param name="Run">Writes in the open transaction.</param>
/// <param name="Compose">The same writes as commands that somebody else executes; null: they are not known beforehand.</param>
internal sealed record ItemEffects<T>(Func<IReadOnlyList<StreamItem<T>>, DbTransaction, CancellationToken, Task> Run, Action<IReadOnlyList<StreamItem<T>>, DbBatch>? Compose)
{
    public static ItemEffects<T> Of(Action<IReadOnlyList<StreamItem<T>>, DbBatch> compose) => new((items, transaction, token) => RunAsync(compose, items, transaction, token), compose);

    static async Task RunAsync(Action<IReadOnlyList<StreamItem<T>>, DbBatch> compose, IReadOnlyList<StreamItem<T>> items, DbTransaction transaction, CancellationToken token)
    {
        var connection = transaction.Connection ?? throw new InvalidOperationException("This store keeps no database that commands could write in. Use it on SQLite or PostgreSQL.");
        await using var batch = connection.CanCreateBatch ? connection.CreateBatch() : new OneByOneBatch(connection);
        batch.Connection = null; // who would execute it himself, and so twice, is told so
        compose(items, batch);
        TransactionWords.Refuse(batch);
        (batch.Connection, batch.Transaction) = (connection, transaction);
        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(token);
    }
}
