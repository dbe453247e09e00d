using Tidemark.Leasing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>Does a worker still hold a job?</summary>
internal static class HeldRows
{
    static readonly Sql HoldsAnySql = Sql.Load("Storage/HoldsAny");

    public static bool Any(WriteTransaction transaction, WorkerId worker) => transaction.Prepare(HoldsAnySql).Bind(1, worker.Value).Any();
}
