using Tidemark.Leasing;
using Tidemark.Locking;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Locking;

/// <summary>Tickets as their worker and as people see them.</summary>
internal static class LockQueries
{
    static readonly Sql OfWorkerSql = Sql.Load("Locking/TicketsOf");
    static readonly Sql AllSql = Sql.Load("Locking/Tickets");

    public static TicketRow[] Of(StatementCache statements, WorkerId worker) =>
        [.. statements.Get(OfWorkerSql).Bind(1, worker.Value).All(row => new TicketRow(row.Int64(0), new(row.Int64(1)), row.Int64(2), row.Flag(3)))];

    public static LockStatus[] List(StatementCache statements, LockFilter filter) =>
    [
        .. statements.Get(AllSql).Bind(1, filter.Name).Bind(2, filter.After).Bind(3, StoreLimits.Page(filter.Limit)).All(row =>
            new LockStatus(row.Text(0)!, row.Int64(1), row.Int32(2), row.Text(3) ?? row.Text(4)!, row.Text(4)!, row.Instant(5), row.InstantOrNull(6))),
    ];
}
