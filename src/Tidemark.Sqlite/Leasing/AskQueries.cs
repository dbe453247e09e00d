using Tidemark.Leasing;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Leasing;

/// <summary>What is asked of a worker's running jobs.</summary>
internal static class AskQueries
{
    static readonly string ReadSql = Sql.Load("Leasing/ReadAsks");

    public static Ask[] Of(StatementCache statements, WorkerId worker)
    {
        var asks = new List<Ask>();
        var row = statements.Get(ReadSql).Bind(1, worker.Value);
        while (row.Step()) asks.Add(Mover.ReadAsk(new(row.Int64(0)), row, 1));
        row.Reset();
        return [.. asks];
    }
}
