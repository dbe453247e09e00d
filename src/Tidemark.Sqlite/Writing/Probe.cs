using Tidemark.Sqlite.Files;

namespace Tidemark.Sqlite.Writing;

/// <summary>Writes nothing new, but writes: the least that shows whether the disk takes a commit.</summary>
internal sealed class Probe : WriteOperation<bool>
{
    public override bool CanFailHalfWay => false;

    public override void Execute(WriteTransaction transaction)
    {
        var version = Pragma.Number(transaction.Database, "user_version");
        Connections.Execute(transaction.Database, $"PRAGMA user_version={version}");
    }
}
