using SimReconciliation.Carrier;
using SimReconciliation.CarrierApi;

namespace Tidemark.IntegrationTests.Sample;

/// <summary>A carrier over real HTTP, with a client of it.</summary>
internal sealed class CarrierUnderTest : IAsyncDisposable
{
    private readonly CarrierHost host;
    private readonly HttpClient http;

    private CarrierUnderTest(CarrierHost host)
    {
        this.host = host;
        http = new HttpClient { BaseAddress = host.Address, Timeout = TimeSpan.FromSeconds(30) };
        Client = new CarrierClient(http);
    }

    public CarrierClient Client { get; }

    /// <summary>A small carrier that never fails.</summary>
    public static CarrierOptions Calm { get; } = new CarrierOptions { Sims = 500 }.WithoutFaults();

    public static async Task<CarrierUnderTest> StartAsync(CarrierOptions options, ScratchDirectory directory) =>
        new(await CarrierHost.StartAsync(options, directory.Path, port: 0));

    public async Task<List<SimEntry>> ReadAllAsync(CancellationToken cancellationToken)
    {
        var snapshot = await Client.OpenSnapshotAsync("test/open", cancellationToken);
        var entries = new List<SimEntry>();
        string? cursor = null;
        do
        {
            var page = await Client.FetchPageAsync(snapshot.Id, cursor, limit: 150, cancellationToken);
            entries.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null);
        return entries;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await host.DisposeAsync();
    }
}
