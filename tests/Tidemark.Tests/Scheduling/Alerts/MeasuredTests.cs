using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Scheduling.Alerts;

/// <summary>What the meter says of schedules and locks is what they do.</summary>
public sealed class MeasuredTests
{
    static readonly JobKey<int> Purge = new("purge");
    static readonly DateTimeOffset Past = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Schedules_tell_their_occurrences_their_lag_and_their_troubles()
    {
        await using var host = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.AddJob(Purge).HandledBy((int _) => { });
            tidemark.AddSchedule("often", Purge, 7, Every.Seconds(1)).Overlap(Overlap.Allow);
            foreach (var name in (string[])["ended-1", "ended-2"]) tidemark.AddSchedule(name, Purge, 7, Schedule.At(Past));
        });
        using var heard = new Heard(host.Services);
        await host.Services.GetRequiredService<IScheduleClient>().TriggerAsync("often", cancellationToken: Ending);
        await heard.UntilAsync("tidemark.schedule.lag", all => all.Count >= 2);
        Assert.Equal(["trigger"], heard.Of("tidemark.schedule.occurrences").Select(one => one.Tag).Where(tag => tag != "regular"));
        Assert.True(heard.Of("tidemark.schedule.lag").Count <= heard.Of("tidemark.schedule.occurrences").Count(one => one.Tag == "regular"));
        Assert.All(heard.Of("tidemark.schedule.lag"), one => Assert.InRange(one.Value, 0, 60));
        await heard.UntilAsync("tidemark.schedule.troubles", all => all.Contains((2, "ended-unrun")));
    }

    [Fact]
    public async Task Locks_tell_who_holds_who_waits_and_how_long_it_took()
    {
        await using var host = await EngineHost.StartAsync(tidemark => tidemark.UseLocks());
        using var heard = new Heard(host.Services);
        var locks = host.Services.GetRequiredService<ITidemarkLocks>();
        var first = await locks.AcquireAsync("billing", cancellationToken: Ending);
        var second = locks.AcquireAsync("billing", cancellationToken: Ending);
        await heard.UntilAsync("tidemark.lock.held", all => all[^1].Value == 1);
        await heard.UntilAsync("tidemark.lock.waiting", all => all[^1].Value == 1);
        Assert.Null(await locks.TryAcquireAsync("billing", cancellationToken: Ending));
        await locks.BreakAsync(first.Token, cancellationToken: Ending);
        await (await second).DisposeAsync();
        await heard.UntilAsync("tidemark.lock.held", all => all[^1].Value == 0);
        Assert.Equal(["busy", "held", "held"], heard.Of("tidemark.lock.wait").Select(one => one.Tag).Order());
        await heard.UntilAsync("tidemark.lock.lost", all => all.Count == 1);
    }

    /// <summary>Listens to the meter of one host of the many in this process.</summary>
    sealed class Heard : IDisposable
    {
        readonly MeterListener listener = new();
        readonly List<(string Name, double Value, string Tag)> all = [];

        public Heard(IServiceProvider services)
        {
            var scope = services.GetRequiredService<IMeterFactory>();
            listener.InstrumentPublished = (instrument, to) =>
            {
                if (instrument.Meter.Name == TidemarkTelemetry.MeterName && ReferenceEquals(instrument.Meter.Scope, scope)) to.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument.Name, value, tags));
            listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument.Name, value, tags));
            listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument.Name, value, tags));
            listener.Start();
        }

        public List<(double Value, string Tag)> Of(string name)
        {
            lock (all) return [.. all.Where(one => one.Name == name).Select(one => (one.Value, one.Tag))];
        }

        public async Task UntilAsync(string name, Func<List<(double Value, string Tag)>, bool> wanted)
        {
            for (; ; await Task.Delay(10, Ending))
            {
                listener.RecordObservableInstruments();
                if (Of(name) is { Count: > 0 } found && wanted(found)) return;
            }
        }

        public void Dispose() => listener.Dispose();

        void Add(string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (all) all.Add((name, value, tags.Length > 0 ? tags[0].Value!.ToString()! : ""));
        }
    }
}
