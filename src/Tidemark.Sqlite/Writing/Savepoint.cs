namespace Tidemark.Sqlite.Writing;

/// <summary>The savepoint of one operation in a transaction that it shares.</summary>
internal static class Savepoint
{
    public static void Set(WriteTransaction transaction) => transaction.Run("SAVEPOINT operation");

    public static void Release(WriteTransaction transaction) => transaction.Run("RELEASE operation");

    public static void Undo(WriteTransaction transaction)
    {
        transaction.Run("ROLLBACK TO operation");
        transaction.Run("RELEASE operation");
    }
}
