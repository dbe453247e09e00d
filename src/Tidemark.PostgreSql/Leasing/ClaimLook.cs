using Tidemark.Leasing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>Looks before a claim of which nobody expects anything: hundreds of workers that wait would each lock a row and commit, once a second.</summary>
internal static class ClaimLook
{
    static readonly Sql LookSql = Sql.Load("Leasing/Look");

    /// <summary>What the claim would answer; null: it might find something.</summary>
    public static ClaimReply? FindsNothing(StatementCache statements, ClaimRequest request, string[] jobNames)
    {
        var (now, due, found) = (default(DateTimeOffset), default(DateTimeOffset?), false);
        using var trip = new RoundTrip(statements);
        trip.ByIndex().Add(LookSql, row =>
        {
            row.Step();
            (now, due, found) = (row.Instant(0), row.InstantOrNull(1), row.Flag(2));
        }).Bind(1, [.. request.Demands.Where(demand => demand.Max > 0).Select(demand => demand.Queue)]).Bind(2, jobNames).Bind(3, request.SuspectAllowed);
        trip.Run();
        return found || due <= now ? null : new() { Jobs = [], More = false, NextDueAt = due, Now = now };
    }
}
