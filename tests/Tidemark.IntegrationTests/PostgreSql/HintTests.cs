using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tidemark.PostgreSql;
using Tidemark.StoreContract;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Notifications are hints: lost, they cost a poll; come many times over, they are one look; and whoever was cut off listens again.</summary>
public sealed class HintTests : IAsyncLifetime
{
    const int Storm = 5_000;
    static readonly JobKey<int> Work = new("work");

    PlainStore? plain;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => plain = await PlainStore.CreateAsync();

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Fact]
    public async Task A_job_of_which_nobody_is_told_starts_all_the_same()
    {
        using var worker = await StartAsync(new Claims());
        var silent = await plain!.ConnectWithAsync(new() { HintInterval = TimeSpan.Zero });
        var id = (await silent.EnqueueAsync([Given.Job with { Name = Work.Name, Arguments = Given.Json("1") }], null))[0].Id;
        var end = await worker.Services.GetRequiredService<IJobClient>().WaitAsync(id, Ending).WaitAsync(TimeSpan.FromMinutes(1), Ending);
        Assert.Equal(JobState.Succeeded, end.State);
        await worker.StopAsync(Ending);
    }

    [Fact]
    public async Task Hints_that_come_many_times_over_are_few_looks()
    {
        var claims = new Claims();
        using var worker = await StartAsync(claims);
        await plain!.RunAsync($"SELECT pg_notify('tidemark_{plain.Schema}', number::text) FROM generate_series(1, {Storm}) AS number");
        var id = (await plain.Store.EnqueueAsync([Given.Job with { Name = Work.Name, Arguments = Given.Json("1") }], null))[0].Id;
        await worker.Services.GetRequiredService<IJobClient>().WaitAsync(id, Ending).WaitAsync(TimeSpan.FromMinutes(1), Ending);
        Assert.InRange(claims.Count, 1, Storm / 4);
        await worker.StopAsync(Ending);
    }

    [Fact]
    public async Task A_listener_whose_connection_is_cut_hears_again()
    {
        var other = await plain!.ConnectAsync();
        for (var time = 0; time < 2; time++)
        {
            await HeardAsync(other);
            await plain.RunAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN tidemark_{plain.Schema}'");
        }
        await HeardAsync(other);
    }

    async Task HeardAsync(PostgreSqlJobStore listener)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.WorkArrived = () => heard.TrySetResult();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (!heard.Task.IsCompleted)
        {
            await plain!.Store.EnqueueAsync([Given.Job], null);
            await Task.WhenAny(heard.Task, Task.Delay(50, limit.Token));
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    async Task<IHost> StartAsync(Claims claims)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UseStore((time, _) => new FaultyStore(new PostgreSqlJobStore(plain!.Others, new() { Schema = plain.Schema }), claims, time));
            tidemark.Options.PollInterval = TimeSpan.FromMilliseconds(500);
            tidemark.AddJob(Work).HandledBy((int _) => { });
        });
        var host = builder.Build();
        await host.StartAsync(Ending);
        return host;
    }

    sealed class Claims : IFaultSource
    {
        int count;

        public int Count => Volatile.Read(ref count);

        public Fault Next(string operation)
        {
            if (operation == nameof(Leasing.ILeaseStore.ClaimAsync)) Interlocked.Increment(ref count);
            return default;
        }
    }
}
