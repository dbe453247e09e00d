using Tidemark.Sqlite;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;
using Tidemark.Storage.Native;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

/// <summary>Workers that join where something stands in the way of their presence.</summary>
public sealed class JoiningTests : IAsyncLifetime
{
    readonly StoreFolder folder = new();
    readonly SqliteJobStore store;

    public JoiningTests() => store = new(folder.Options, TimeProvider.System);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => store.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_registration_whose_commit_was_refused_is_in_nobodys_way()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There an open file cannot be moved.");
        Task refused;
        using (var gate = new WriteGate(folder.Database + "-gate"))
        {
            gate.Enter();
            refused = store.RegisterAsync(Given.Worker).AsTask();
            File.Move(folder.Database, folder.Database + ".away"); // the commit will find that nobody could see it
            gate.Exit();
            await Assert.ThrowsAsync<StoreException>(() => refused);
        }
        File.Move(folder.Database + ".away", folder.Database);

        await using var another = new SqliteJobStore(folder.Options, TimeProvider.System);
        await another.OpenAsync();
        Assert.True((await another.BeatAsync(new() { Worker = await another.RegisterAsync(Given.Worker), Draining = false, Running = 0 })).Alive);
    }

    [Fact]
    public async Task A_link_is_followed_as_the_system_follows_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There a link needs a right of its own.");
        // Behind a linked directory, ".." is the parent of where it leads to, and not what the text says.
        Directory.CreateDirectory(Path.Combine(folder.Path, "far", "inside"));
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "near"), Path.Combine(folder.Path, "far", "inside"));
        await using (var made = new SqliteJobStore(new() { Path = Path.Combine(folder.Path, "far", "real.db") }, TimeProvider.System))
        {
            await made.OpenAsync();
            await made.EnqueueAsync([Given.Job], null);
        }
        File.CreateSymbolicLink(Path.Combine(folder.Path, "far", "inside", "link.db"), Path.Combine("..", "real.db"));
        await using var linked = new SqliteJobStore(new() { Path = Path.Combine(folder.Path, "near", "link.db") }, TimeProvider.System);
        await linked.OpenAsync();
        Assert.Single((await linked.ListJobsAsync(new())).Jobs);
    }

    [Fact]
    public async Task Two_that_come_by_a_link_and_by_the_name_itself_pass_one_gate()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There a link needs a right of its own.");
        var link = Path.Combine(folder.Path, "link.db");
        File.CreateSymbolicLink(link, folder.Database);
        await using var linked = new SqliteJobStore(new() { Path = link }, TimeProvider.System);
        await linked.OpenAsync();
        await linked.EnqueueAsync([Given.Job], null);
        await store.EnqueueAsync([Given.Job], null);
        Assert.Equal(2, (await linked.ListJobsAsync(new())).Jobs.Length);
        Assert.Equal(["link.db", .. new[] { "store.db", "store.db-gate", "store.db-gate-queue", "store.db-shm", "store.db-wal" }],
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
