using Tidemark.Leasing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>What is asked of a worker's running jobs.</summary>
internal static class AskQueries
{
    static readonly Sql ReadSql = Sql.Load("Leasing/ReadAsks");

    public static Ask[] Of(StatementCache statements, WorkerId worker) =>
        [.. statements.Get(ReadSql).Bind(1, worker.Value).All(row => Mover.ReadAsk(new(row.Int64(0)), row, 1))];
}
