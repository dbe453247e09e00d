using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Tidemark.TortureHost.Serve;

/// <summary>One process of a fleet that keeps schedules of some seconds and runs their jobs, until it is told to stop or is killed.</summary>
internal static class ScheduleMode
{
    static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(5); // nobody is left behind by a test that died

    public static JobKey<int> Tick { get; } = new("tick");

    public static string NameOf(int number) => $"schedule-{number}";

    /// <summary>The interval of each schedule, in seconds.</summary>
    public static int[] Intervals(string text) => Array.ConvertAll(text.Split(','), part => int.Parse(part, CultureInfo.InvariantCulture));

    /// <summary>The rule of a schedule: those of one interval are due at different instants.</summary>
    public static Schedule RuleOf(int number, int seconds) => Every.Seconds(seconds).From(DateTimeOffset.UnixEpoch.AddMilliseconds(number * 617L % (seconds * 1_000)));

    public static async Task<int> RunAsync(Arguments arguments)
    {
        _ = Task.Delay(LongestLife).ContinueWith(_ => Environment.Exit(3), TaskScheduler.Default);
        FaultArming.FromEnvironment();
        var life = arguments.Text("life");
        using var journal = new Journal(arguments.Folder, life, toDisk: false);
        var intervals = Intervals(arguments.Text("intervals"));
        await using var store = new HostStore(arguments);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(tidemark =>
        {
            store.AddTo(tidemark);
            tidemark.AddJob(Tick).HandledBy((int number, JobContext job) =>
                journal.Write("ran", NameOf(number), job.Id.ToString(), job.Occurrence!.At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));
            for (var number = 0; number < intervals.Length; number++)
                tidemark.AddSchedule(NameOf(number), Tick, number, RuleOf(number, intervals[number])).Overlap(Overlap.Allow).Misfire(Misfire.RunAll, limit: 1_000);
        });
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine("up");
        await host.WaitForShutdownAsync();
        return 0;
    }
}
