using SimReconciliation.Carrier;
using SimReconciliation.CarrierApi;
using Tidemark;

namespace SimReconciliation.Reconcile;

/// <summary>
/// The pages of a snapshot. When its life ends on the way (a parked job may be away for long), the next one is opened under a key made
/// from the old one's id, so that every restart comes to the same next one, and reading goes on from the same cursor.
/// </summary>
internal sealed class SnapshotPages(CarrierClient carrier, Snapshot first, string key)
{
    private const int PageSize = 200;
    private Snapshot current = first;

    public string SnapshotId => current.Id;

    public async Task<Page<SimEntry, string>> FetchAsync(string? cursor, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var page = await carrier.FetchPageAsync(current.Id, cursor, PageSize, cancellationToken);
                return new(page.Items, page.Next, current.Count);
            }
            catch (SnapshotExpiredException expired)
            {
                current = await carrier.OpenSnapshotAsync($"{key}/after/{expired.SnapshotId}", cancellationToken);
            }
        }
    }
}
