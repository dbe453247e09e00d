using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>Opens due gates, then takes, a statement a claim: an engine has one under way.</summary>
internal sealed class ClaimSet : WriteSet<ClaimOperation>
{
    static readonly Sql OpenGatesSql = Sql.Load("Leasing/OpenGates");
    static readonly Sql TakeSql = Sql.Load("Leasing/Take");

    protected override void Add(RoundTrip trip, IReadOnlyList<ClaimOperation> operations)
    {
        foreach (var operation in operations)
        {
            trip.ByIndex().Add(OpenGatesSql).Bind(1, StoreLimits.GatesOpenedPerClaim).Bind(2, operation.Worker.Value).Bind(3, StoreLaw.WaitsForTemplate);
            operation.Begin(trip.Add(TakeSql, operation.Read));
        }
    }
}
