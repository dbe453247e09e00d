using System.Data.Common;

namespace Tidemark.TortureHost.Serve;

/// <summary>The user's own tables, in the engine's file: no column of them is unique, so a second time would be seen.</summary>
internal static class MixTables
{
    public const string Create = """
        CREATE TABLE IF NOT EXISTS mix_done (token TEXT NOT NULL, run TEXT NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS mix_effect (token TEXT NOT NULL, item INTEGER NOT NULL, run TEXT NOT NULL) STRICT;
        """;

    public static Task DoneAsync(DbTransaction transaction, string token, string run, CancellationToken cancellationToken) =>
        RunAsync(transaction, $"INSERT INTO mix_done VALUES ('{token}', '{run}')", cancellationToken);

    public static Task EffectAsync(DbTransaction transaction, string token, int item, string run, CancellationToken cancellationToken) =>
        RunAsync(transaction, $"INSERT INTO mix_effect VALUES ('{token}', {item}, '{run}')", cancellationToken);

    // The texts are ours: "3-17", "3.5".
    static async Task RunAsync(DbTransaction transaction, string sql, CancellationToken cancellationToken)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
