using Tidemark.Leasing;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Leasing;

/// <summary>Does a worker still hold a job?</summary>
internal static class HeldRows
{
    static readonly string HoldsAnySql = Sql.Load("Storage/HoldsAny");

    public static bool Any(WriteTransaction transaction, WorkerId worker)
    {
        var row = transaction.Prepare(HoldsAnySql).Bind(1, worker.Value);
        var any = row.Step();
        row.Reset();
        return any;
    }
}
