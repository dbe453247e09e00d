using System.Runtime.InteropServices;
using Tidemark.Leasing;
using Tidemark.PostgreSql;
using Tidemark.Storage.Presence;
using Tidemark.StoreContract;
using Tidemark.Upkeep;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>The account of a worker whose machine went down with it: what of it had reached the disk nobody knows.</summary>
public sealed class OldAccountTests : IAsyncLifetime
{
    PlainStore? plain;

    PostgreSqlJobStore Store => plain!.Store;

    public async ValueTask InitializeAsync() => plain = await PlainStore.CreateAsync();

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_account_from_before_a_restart_of_the_machine_is_not_believed(bool isOld)
    {
        var worker = await Store.RegisterAsync(Given.Worker);
        await Store.EnqueueAsync([Given.Job], null);
        var job = Assert.Single((await Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = false })).Jobs);
        Store.LetGo(worker);
        if (isOld)
        {
            using var file = File.OpenHandle(Assert.Single(Directory.GetFiles(plain!.Folder, $"{worker.Value}.presence", SearchOption.AllDirectories)), FileMode.Open, FileAccess.Write);
            RandomAccess.Write(file, Guid.NewGuid().ToByteArray(), Marshal.OffsetOf<FileHeader>(nameof(FileHeader.BootId)));
        }

        // It tells of nothing that was begun. Of this boot, that is so; of another, the page may never have been written.
        RescueReply reply = await Store.RescueAsync(new() { By = default, CrashBudget = 3, ItemCrashBudgets = new Dictionary<(string, string), int>(), Limit = 100 });
        var rescued = Assert.Single(reply.Jobs);
        Assert.Equal(job.Id, rescued.Id);
        Assert.Equal(isOld, rescued.Interruption is { Exact: false });
        Assert.Equal(isOld ? 1 : 0, (await Store.GetJobAsync(job.Id))!.Job.Attempt);
    }
}
