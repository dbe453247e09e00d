using Tidemark.Enqueueing;
using Tidemark.Lifecycle;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class PruneContract : Contract
{
    Task<bool> PruneAsync(double days, int limit = 100) =>
        Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromDays(days), Limit = limit }).AsTask();

    async Task<Held> EndAsync(JobEvent happened, NewJob? job = null)
    {
        var held = await RunAsync(job);
        await held.SettleAsync(happened);
        return held;
    }

    [Fact]
    public async Task Finished_jobs_go_when_they_are_older_than_asked_and_no_others()
    {
        var succeeded = await EndAsync(JobEvent.Succeed);
        var cancelled = await EndAsync(JobEvent.Cancel);
        var failed = await EndAsync(JobEvent.Fail);
        var parked = await EndAsync(JobEvent.Park);
        var pending = await EnqueueAsync(Given.Job with { Queue = "elsewhere" });
        await PassAsync(TimeSpan.FromDays(7));
        var young = await EndAsync(JobEvent.Succeed);
        Assert.False(await PruneAsync(7));
        Assert.NotNull(await Store.GetJobAsync(succeeded.Id));
        await PassAsync(0.001);
        Assert.False(await PruneAsync(7));
        Assert.Null(await Store.GetJobAsync(succeeded.Id));
        Assert.Null(await Store.GetVerdictAsync(cancelled.Id));
        Assert.Equal([young.Id, pending, parked.Id, failed.Id], (await Store.ListJobsAsync(new())).Jobs.Select(job => job.Id));
        Assert.Equal(Settling.SettleVerdict.LeaseLost, await succeeded.SettleAsync(JobEvent.Succeed));
    }

    [Fact]
    public async Task Others_jobs_stay_where_only_those_of_a_name_are_to_go()
    {
        var worker = await RegisterAsync(Given.Worker with { JobNames = [Given.Name, "other"] });
        await (await RunAsync(worker: worker)).SettleAsync(JobEvent.Succeed);
        var other = await RunAsync(Given.Job with { Name = "other" }, worker);
        await other.SettleAsync(JobEvent.Succeed);
        await PassAsync(TimeSpan.FromDays(2));
        Assert.False(await PruneAsync(Given.Name[..4]));
        Assert.Equal([other.Id], (await Store.ListJobsAsync(new())).Jobs.Select(job => job.Id));
        Assert.False(await PruneAsync(""));
        Assert.Empty((await Store.ListJobsAsync(new())).Jobs);

        Task<bool> PruneAsync(string prefix) => Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromDays(1), NamePrefix = prefix, Limit = 100 }).AsTask();
    }

    [Fact]
    public async Task A_prune_is_bounded_and_says_that_there_is_more()
    {
        for (var at = 0; at < 3; at++) await EndAsync(JobEvent.Succeed, Given.Job with { Dedup = Given.Key($"k{at}", DedupScope.ForDuration, TimeSpan.FromDays(1)) });
        await PassAsync(TimeSpan.FromDays(2));
        Assert.True(await PruneAsync(1, limit: 2));
        Assert.Single((await Store.ListJobsAsync(new())).Jobs);
        Assert.True(await PruneAsync(1, limit: 2));
        Assert.False(await PruneAsync(1, limit: 2));
        Assert.Empty((await Store.ListJobsAsync(new())).Jobs);
    }

    [Fact]
    public async Task Jobs_that_must_stay_do_not_keep_those_behind_them()
    {
        for (var at = 0; at < 3; at++)
        {
            var held = await RunAsync();
            await held.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("a")] });
            await held.SettleAsync(JobEvent.Succeed);
        }
        var behind = await EndAsync(JobEvent.Succeed);
        await PassAsync(TimeSpan.FromDays(9));
        while (await PruneAsync(1, limit: 2)) { }
        Assert.Null(await Store.GetJobAsync(behind.Id));
        Assert.Equal(3, (await Store.ListJobsAsync(new())).Jobs.Length);
    }

    [Fact]
    public async Task A_job_with_open_quarantine_or_a_living_visit_stays()
    {
        var held = await RunAsync();
        await held.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("a")] });
        await held.SettleAsync(JobEvent.Succeed);
        await PassAsync(TimeSpan.FromDays(9));
        await PruneAsync(1);
        Assert.NotNull(await Store.GetJobAsync(held.Id));

        await Store.ReplayAsync(new() { Job = held.Id, By = "ada" });
        var visit = await TakeAsync(await RegisterAsync());
        await visit.SaveAsync(Given.Rows with { Replayed = ["a"] });
        await PruneAsync(1);
        Assert.NotNull(await Store.GetJobAsync(held.Id));

        await visit.SettleAsync(JobEvent.Succeed);
        await PruneAsync(1);
        Assert.Null(await Store.GetJobAsync(held.Id));
        Assert.NotNull(await Store.GetJobAsync(visit.Id));
    }

    [Fact]
    public async Task A_pruned_visit_is_no_child_any_more()
    {
        var parent = await EnqueueAsync(Given.Job with { Name = "parent" });
        var child = await EndAsync(JobEvent.Succeed, Given.Job with { Parent = parent });
        Assert.Equal([child.Id], (await DetailsAsync(parent)).Visits);
        await PassAsync(TimeSpan.FromDays(9));
        await PruneAsync(1);
        Assert.Empty((await DetailsAsync(parent)).Visits);
    }
}
