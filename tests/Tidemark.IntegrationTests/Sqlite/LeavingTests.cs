using Tidemark.Sqlite.Writing;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

/// <summary>A store that is closed while another process, stopped perhaps, holds the gate.</summary>
public sealed class LeavingTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Closing_waits_no_longer_than_its_last_write_and_what_stays_behind_holds_no_gate()
    {
        using var file = _folder.Open(options => options.GateWaitLimit = TimeSpan.FromMilliseconds(50));
        using var another = new WriteGate(_folder.Database + "-gate");
        another.Enter();
        var writer = new SqliteWriter(file, TimeProvider.System);
        var last = writer.RunAsync(new InsertNumber(1), Ending).AsTask();
        await writer.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Ending);
        Assert.Contains("has held the gate", (await Assert.ThrowsAsync<StoreException>(() => last)).Message);

        file.Dispose();
        another.Exit();
        Assert.True(SpinWait.SpinUntil(() => another.TryEnter(), TimeSpan.FromSeconds(30)));
        Assert.Empty(StoreFolder.ReadNumbers(file));
    }
}
