namespace Tidemark.Tests.Docs.Snippets;

/// <summary>The code of docs/schedules.md.</summary>
public static class ScheduleSnippets
{
    static readonly JobKey<PurgeArgs> Purge = new("purge");
    static readonly JobKey<SyncArgs> Sync = new("sync");
    static readonly JobKey<BillArgs> Bill = new("bill");

    public static void Declare(TidemarkBuilder tidemark)
    {
        // <snippet schedules>
        tidemark.AddSchedule("purge-daily", Purge, new PurgeArgs(30), Every.Day.At(02, 00).In("Asia/Kathmandu"));
        tidemark.AddSchedule("sync", Sync, new SyncArgs("ncell"), Every.Minutes(15)).Overlap(Overlap.Skip);
        tidemark.AddSchedule("invoices", Bill, new BillArgs(), Schedule.Cron("0 6 L * *").In("Europe/Rome").Except(new DateOnly(2026, 12, 31)))
                .Misfire(Misfire.RunAll, limit: 12).CatchUpWithin(TimeSpan.FromDays(60)).PauseOnFailure();
        // </snippet>
    }

    public static void Alerted(TidemarkBuilder tidemark)
    {
        // <snippet alerts>
        tidemark.AddAlertSink<PagerSink>();
        // </snippet>
    }

    // <snippet alert-sink>
    public sealed class PagerSink(Pager pager) : IAlertSink
    {
        public async ValueTask RaiseAsync(Alert alert, CancellationToken cancellationToken) =>
            await pager.SendAsync(key: alert.Id, resolved: alert.IsOver, $"{alert.Message} {alert.Remedy}", cancellationToken);
    }
    // </snippet>

    public sealed class Pager
    {
        public Task SendAsync(string key, bool resolved, string text, CancellationToken cancellationToken) => Console.Out.WriteLineAsync($"{key} {resolved} {text}".AsMemory(), cancellationToken);
    }

    public sealed record PurgeArgs(int Days);

    public sealed record SyncArgs(string Carrier);

    public sealed record BillArgs;
}
