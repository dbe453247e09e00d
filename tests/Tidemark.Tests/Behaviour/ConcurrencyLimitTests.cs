using Microsoft.Extensions.DependencyInjection;
using Tidemark.Storage.InMemory;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>At most so many at a time, over several hosts on one store.</summary>
public sealed class ConcurrencyLimitTests : IAsyncLifetime
{
    static readonly JobKey<string> Sync = new("sync") { Limit = customer => customer == "free" ? null : new($"customer-{customer}", atMost: 2) };
    static readonly JobKey<int> Other = new("other");

    readonly InMemoryJobStore store = new(TimeProvider.System);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await store.OpenAsync();

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task As_many_run_at_once_as_the_limit_says_and_all_come_to_run()
    {
        var (running, most) = (0, 0);
        async Task RunAsync(string _)
        {
            lock (Sync) most = Math.Max(most, ++running);
            await Task.Delay(2, Token);
            lock (Sync) running--;
        }

        await using var first = await StartAsync(RunAsync);
        await using var second = await StartAsync(RunAsync);
        var ids = new List<JobId>();
        for (var i = 0; i < 40; i++) ids.Add((await first.Jobs.EnqueueAsync(Sync, "acme", cancellationToken: Token)).Id);
        foreach (var id in ids) Assert.Equal(JobState.Succeeded, (await second.Jobs.WaitAsync(id, Token)).State);
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task Those_who_wait_hold_no_slot()
    {
        var release = new TaskCompletionSource();
        await using var host = await StartAsync(_ => release.Task);
        var ids = new List<JobId>();
        for (var i = 0; i < 20; i++) ids.Add((await host.Jobs.EnqueueAsync(Sync, "acme", cancellationToken: Token)).Id);
        await host.UntilAsync(ids[0], JobState.Running);
        await host.UntilAsync(ids[1], JobState.Running);

        var waiting = await host.UntilAsync(ids[2], status => status.Reason is not null);
        Assert.Equal((JobState.Pending, "waits for a place: at most 2 at a time of 'customer-acme'"), (waiting.State, waiting.Reason));
        Assert.Equal(JobState.Succeeded, (await host.RunAsync(Other, 1)).State); // two of four slots are free
        release.SetResult();
        foreach (var id in ids) Assert.Equal(JobState.Succeeded, (await host.Jobs.WaitAsync(id, Token)).State);
    }

    [Fact]
    public async Task It_is_lifted_for_one_job()
    {
        var release = new TaskCompletionSource();
        await using var host = await StartAsync(_ => release.Task);
        var ids = new List<JobId>();
        for (var i = 0; i < 3; i++) ids.Add((await host.Jobs.EnqueueAsync(Sync, "acme", cancellationToken: Token)).Id);
        await host.UntilAsync(ids[2], status => status.Reason is not null);
        var lifted = (await host.Jobs.EnqueueAsync(Sync, "acme", new() { Limit = ConcurrencyLimit.None }, Token)).Id;
        await host.UntilAsync(lifted, JobState.Running);
        Assert.Equal(JobState.Pending, (await host.Jobs.FindAsync(ids[2], Token))!.State);
        release.SetResult();
        foreach (var id in ids) Assert.Equal(JobState.Succeeded, (await host.Jobs.WaitAsync(id, Token)).State);
    }

    [Fact]
    public async Task What_is_said_at_the_enqueue_replaces_what_the_key_says()
    {
        var release = new TaskCompletionSource();
        await using var host = await StartAsync(_ => release.Task);
        var options = new EnqueueOptions { Limit = new("warehouse", atMost: 1) };
        var first = (await host.Jobs.EnqueueAsync(Sync, "acme", options, Token)).Id;
        await host.UntilAsync(first, JobState.Running);
        var second = (await host.Jobs.EnqueueAsync(Other, 1, options, Token)).Id;
        Assert.Contains("'warehouse'", (await host.UntilAsync(second, status => status.Reason is not null)).Reason, StringComparison.Ordinal);
        var free = (await host.Jobs.EnqueueAsync(Sync, "free", cancellationToken: Token)).Id;
        await host.UntilAsync(free, JobState.Running);
        release.SetResult();
        Assert.Equal(JobState.Succeeded, (await host.Jobs.WaitAsync(second, Token)).State);
    }

    [Fact]
    public async Task The_jobs_of_a_schedule_have_the_limit_of_their_key()
    {
        var release = new TaskCompletionSource();
        await using var host = await EngineHost.StartAsync(
            tidemark =>
            {
                tidemark.AddJob(Sync).HandledBy((string _) => release.Task);
                tidemark.AddSchedule("yearly", Sync, "acme", Every.Days(365)).Overlap(Overlap.Allow);
            },
            store: store.Connect());
        var schedules = host.Services.GetRequiredService<IScheduleClient>();
        var ids = new List<JobId>();
        for (var i = 0; i < 3; i++) ids.Add(await schedules.TriggerAsync("yearly", cancellationToken: Token));
        Assert.Contains("'customer-acme'", (await host.UntilAsync(ids[2], status => status.Reason is not null)).Reason, StringComparison.Ordinal);
        release.SetResult();
        foreach (var id in ids) Assert.Equal(JobState.Succeeded, (await host.Jobs.WaitAsync(id, Token)).State);
    }

    [Fact]
    public async Task A_limit_that_cannot_be_told_refuses_the_enqueue_and_one_out_of_range_the_limit()
    {
        await using var host = await StartAsync(_ => Task.CompletedTask);
        var broken = new JobKey<string>("sync") { Limit = customer => new(customer[..100], atMost: 1) };
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => host.Jobs.EnqueueAsync(broken, "acme", cancellationToken: Token));
        Assert.Contains("The limit of 'sync' cannot be told from these arguments", refused.Message, StringComparison.Ordinal);
        Assert.Contains("The limit is 0. Use 1 to 10,000.", Assert.Throws<ArgumentOutOfRangeException>(() => new ConcurrencyLimit("a", 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ConcurrencyLimit("", 1));
        Assert.Throws<ArgumentException>(() => new ConcurrencyLimit(new('a', 201), 1));
    }

    Task<EngineHost> StartAsync(Func<string, Task> run) => EngineHost.StartAsync(
        tidemark =>
        {
            tidemark.AddJob(Sync).HandledBy(run);
            tidemark.AddJob(Other).HandledBy((int _) => { });
            tidemark.Options.Slots = 4;
        },
        store: store.Connect());
}
