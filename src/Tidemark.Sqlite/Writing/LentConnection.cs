using Microsoft.Data.Sqlite;
using Tidemark.Sqlite.Files;

namespace Tidemark.Sqlite.Writing;

/// <summary>
/// The connection that user code gets; the writer's own is one too, lent to effects. It opens once: an ORM that outlives the transaction would
/// otherwise open it again by itself and write beside the gate.
/// </summary>
internal sealed class LentConnection(SqliteFile file) : SqliteConnection(Connections.ConnectionString(file.Path, file.Options))
{
    private bool _wasOpened;

    public override void Open()
    {
        if (_wasOpened)
            throw new InvalidOperationException("This connection belonged to a transaction of TidemarkSqlite that has ended. Begin another with BeginAsync() and use its Connection.");
        _wasOpened = true;
        base.Open();
    }
}
