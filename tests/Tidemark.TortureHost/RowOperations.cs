using Tidemark.Sqlite.Writing;

namespace Tidemark.TortureHost;

internal sealed class InsertRow(long key) : WriteOperation<bool>
{
    public override int Rows => 2;
    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        transaction.Prepare("INSERT INTO live (key, body) VALUES (?, ?)").Bind(1, key).Bind(2, RowKey.Body(key)).Run();
        transaction.Prepare("INSERT INTO tally (writer, rows) VALUES (?, 1) ON CONFLICT DO UPDATE SET rows = rows + 1").Bind(1, RowKey.Writer(key)).Run();
        Answer = true;
    }
}

/// <summary>Moves the oldest rows, as settling does.</summary>
internal sealed class MoveRows(int limit) : WriteOperation<int>
{
    public override int Rows => limit;
    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        var last = 0L;
        var find = transaction.Prepare("SELECT max(id) FROM (SELECT id FROM live ORDER BY id LIMIT ?)").Bind(1, limit);
        if (find.Step()) last = find.Int64(0);
        find.Reset();
        transaction.Prepare("INSERT INTO done (key, body) SELECT key, body FROM live WHERE id <= ?").Bind(1, last).Run();
        Answer = transaction.Prepare("DELETE FROM live WHERE id <= ?").Bind(1, last).Run();
    }
}
