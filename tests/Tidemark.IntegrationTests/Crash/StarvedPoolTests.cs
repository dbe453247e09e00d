using System.Diagnostics;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>
/// A worker of a server in a process whose pool has no thread left. The driver's sockets were once set not to block, so that blocking calls read them through the runtime's event loop; and what
/// arrives in the instant between the look and the wait, that loop leaves to the pool: one answer in some thousands, so it takes many beats to meet it.
/// </summary>
public sealed class StarvedPoolTests
{
    [Fact]
    public async Task A_worker_of_a_server_beats_on_although_no_thread_of_the_pool_will_ever_be_free()
    {
        await using var store = await PostgreSqlCrashStore.CreateAsync();
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Tidemark.TortureHost"), ["beat", "--folder", store.Folder, .. store.Arguments, .. store.Patience])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        try
        {
            Assert.Equal("alive", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(CrashTime.Longest, TestContext.Current.CancellationToken));
        }
        finally
        {
            process.Kill();
        }
    }
}
