using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tidemark.Hosting;
using Tidemark.Scheduling;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

/// <summary>A row that somebody has deleted is shown by no list: who declares the schedule must miss it.</summary>
public sealed class LostScheduleTests : IDisposable
{
    readonly StoreFolder folder = new();

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_schedule_whose_row_was_deleted_is_declared_anew_by_who_keeps_it_and_the_others_are_left_alone()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UseSqlite(folder.Database);
            tidemark.AddJob(new JobKey<int>("purge")).HandledBy((int _) => Task.CompletedTask);
            foreach (var name in (string[])["daily", "weekly"]) tidemark.AddSchedule(name, new JobKey<int>("purge"), 1, Every.Day.At(2, 0));
        });
        using var host = builder.Build();
        await host.StartAsync(Ending);
        var schedules = host.Services.GetRequiredService<IScheduleClient>();
        folder.ExecuteAsStranger("DELETE FROM schedule WHERE name = 'daily'");
        Assert.Null(await schedules.FindAsync("daily", Ending));
        var other = await schedules.FindAsync("weekly", Ending);
        var keeping = new Declarer(host.Services.GetRequiredService<TidemarkHost>().Parts);

        await keeping.KeepAsync();

        Assert.NotNull((await schedules.FindAsync("daily", Ending))!.NextAt);
        await keeping.KeepAsync();
        var after = await schedules.FindAsync("weekly", Ending);
        Assert.Equal((other!.DeclaredAt, other.Anchor, other.NextAt), (after!.DeclaredAt, after.Anchor, after.NextAt));
        await host.StopAsync(Ending);
    }
}
