using Microsoft.Extensions.DependencyInjection;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Scheduling.Alerts;

/// <summary>Sinks as a host has them: whatever one does, the others hear, and schedules and jobs go on.</summary>
public sealed class SinkTests
{
    static readonly JobKey<int> Purge = new("purge");
    static readonly DateTimeOffset Past = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_throws_and_one_that_blocks_for_ever_keep_nothing_from_the_others()
    {
        using var deaf = new DeafSink();
        var keeping = new KeepingSink();
        await using (var host = await StartAsync(["ended-1", "ended-2"], tidemark => tidemark.AddAlertSink(deaf).AddAlertSink<ThrowingSink>().AddAlertSink(keeping)))
        {
            var alert = await keeping.UntilAsync("schedule.ended-unrun/ended-2");
            Assert.Equal(("schedule.ended-unrun", "ended-2", false), (alert.Kind, alert.Subject, alert.IsOver));
            Assert.Equal(host.Services.GetRequiredService<Seams.EngineParts>().Options.WorkerName, alert.Worker);
            Assert.Contains("it has never run", alert.Message, StringComparison.Ordinal);
            Assert.NotEmpty(alert.Remedy);
            await host.Log.UntilAsync("The sink ThrowingSink has not taken the alert 'schedule.ended-unrun/ended-2': the pager is broken");
            await host.Log.UntilAsync("The sink DeafSink has not taken the alert 'schedule.ended-unrun/ended-1' within 00:00:00.0500000 (TidemarkOptions.AlertTimeout)");
            Assert.Equal(JobState.Succeeded, (await host.RunAsync(Purge, 1)).State);
            Assert.Equal(1, deaf.Calls); // it is not called a second time before it has returned
        }
        deaf.LetGo(); // and the host has stopped without it
    }

    [Fact]
    public async Task One_that_takes_too_long_is_cancelled_and_gets_the_next()
    {
        var slow = new SlowSink();
        await using var host = await StartAsync(["ended-1", "ended-2"], tidemark => tidemark.AddAlertSink(slow));
        await slow.CancelledTwice.WaitAsync(Ending);
    }

    [Fact]
    public async Task What_one_has_no_room_for_is_told_in_the_log()
    {
        using var deaf = new DeafSink();
        await using (var host = await StartAsync(["ended-1", "ended-2", "ended-3", "ended-4"], tidemark =>
        {
            tidemark.AddAlertSink(deaf);
            tidemark.Options.AlertBacklog = 1;
        }))
            await host.Log.UntilAsync("does not reach the sink DeafSink, nor do those after it: 1 wait there already (TidemarkOptions.AlertBacklog)");
        deaf.LetGo();
    }

    [Fact]
    public async Task One_that_wants_the_clients_and_was_registered_with_the_host_is_found()
    {
        var keeping = new KeepingSink();
        await using var host = await StartAsync(["ended"], _ => { }, services => services.AddSingleton<IAlertSink>(provider => new ClientSink(provider.GetRequiredService<IScheduleClient>(), keeping)));
        Assert.Equal("ended", (await keeping.UntilAsync("schedule.ended-unrun/ended")).Subject);
    }

    static Task<EngineHost> StartAsync(string[] ended, Action<TidemarkBuilder> configure, Action<IServiceCollection>? services = null) => EngineHost.StartAsync(tidemark =>
    {
        tidemark.AddJob(Purge).HandledBy((int _) => { });
        foreach (var name in ended) tidemark.AddSchedule(name, Purge, 7, Schedule.At(Past));
        tidemark.Options.AlertTimeout = TimeSpan.FromMilliseconds(50);
        configure(tidemark);
    }, services);

    sealed class ClientSink(IScheduleClient client, KeepingSink keeping) : IAlertSink
    {
        public async ValueTask RaiseAsync(Alert alert, CancellationToken cancellationToken)
        {
            if (await client.FindAsync(alert.Subject, cancellationToken) is not null) await keeping.RaiseAsync(alert, cancellationToken);
        }
    }
}
