using System.Data.Common;

namespace Tidemark.TortureHost.Serve;

/// <summary>The user's own tables, in the engine's database: nothing that is written of a job is unique, so a second time would be seen. Numbered in their order.</summary>
internal static class MixTables
{
    public const string NumberOfSqlite = "INTEGER PRIMARY KEY";
    public const string NumberOfPostgreSql = "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

    /// <param name="number">The type of a column that counts by itself.</param>
    public static string Create(string number) => $"""
        CREATE TABLE IF NOT EXISTS mix_done (number {number}, token TEXT NOT NULL, run TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS mix_effect (number {number}, token TEXT NOT NULL, item INTEGER NOT NULL, run TEXT NOT NULL);
        """;

    public static Task DoneAsync(DbTransaction transaction, string token, string run, CancellationToken cancellationToken) =>
        RunAsync(transaction, $"INSERT INTO mix_done (token, run) VALUES ('{token}', '{run}')", cancellationToken);

    public static Task EffectAsync(DbTransaction transaction, string token, int item, string run, CancellationToken cancellationToken) =>
        RunAsync(transaction, Effect(token, item, run), cancellationToken);

    /// <summary>The same, for whoever gives it to be written.</summary>
    public static void AddEffect(DbBatch batch, string token, int item, string run)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = Effect(token, item, run);
        batch.BatchCommands.Add(command);
    }

    // The texts are ours: "3-17", "3.5".
    static string Effect(string token, int item, string run) => $"INSERT INTO mix_effect (token, item, run) VALUES ('{token}', {item}, '{run}')";

    static async Task RunAsync(DbTransaction transaction, string sql, CancellationToken cancellationToken)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
