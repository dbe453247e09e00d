using Tidemark.Sqlite.Files;

namespace Tidemark.Sqlite.Writing;

/// <summary>Writes nothing new, but writes: the least that shows whether the disk takes a commit.</summary>
internal sealed class Probe : WriteOperation<bool>
{
    /// <summary>Why nothing can be written; null: it was taken.</summary>
    public static async ValueTask<string?> RunAsync(SqliteWriter writer)
    {
        try
        {
            await writer.RunAsync(new Probe());
            return null;
        }
        catch (StoreException fault)
        {
            return fault.Message;
        }
    }

    public override bool CanFailHalfWay => false;

    public override void Execute(WriteTransaction transaction)
    {
        var version = Pragma.Number(transaction.Database, "user_version");
        Connections.Execute(transaction.Database, $"PRAGMA user_version={version}");
    }
}
