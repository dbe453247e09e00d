using Tidemark.Enqueueing;
using Tidemark.Lifecycle;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Storage;
using Xunit;

namespace Tidemark.StoreContract;

/// <summary>So many jobs at once that a store may write them in another way than a few: by what they are nobody can tell.</summary>
public abstract class LargeBatchContract : Contract
{
    const int Many = 300; // the PostgreSQL store copies from 200 on
    const int Place = 150;

    static NewJob Full(JobId parent, DateTimeOffset due, string key) => new()
    {
        Name = "import",
        Queue = "slow",
        Arguments = Given.Json("{ \"carrier\" : \"ncell\" }"),
        Priority = -7,
        DueAt = due.AddTicks(9_999),
        Tags = ",a,b,",
        Dedup = Given.Key(key),
        Limit = new() { Key = "acme", Places = 9 },
        Parent = parent,
        Visit = new() { Stream = "pages", Kind = VisitKind.Partition },
    };

    // The others have nothing optional.
    async Task<JobId[]> EnqueueAmongManyAsync(NewJob job) =>
        [.. (await Store.EnqueueAsync([.. Enumerable.Range(0, Many).Select(at => at == Place ? job : Given.Job)], null)).Select(reply => reply.Id)];

    async Task<JobDetails> DetailsAsIfAsync(JobId id, JobId other)
    {
        var details = await DetailsAsync(id);
        return details with { Job = details.Job with { Id = other } };
    }

    [Fact]
    public async Task A_job_among_many_is_accepted_as_it_would_be_alone()
    {
        var parent = await EnqueueAsync();
        var due = (await NowAsync()).AddSeconds(10);
        var alone = await EnqueueAsync(Full(parent, due, "alone"));
        var plain = await EnqueueAsync();
        var ids = await EnqueueAmongManyAsync(Full(parent, due, "among"));
        var among = ids[Place];
        Same.As(await DetailsAsync(alone), await DetailsAsIfAsync(among, alone));
        Same.As(await DetailsAsync(plain), await DetailsAsIfAsync(ids[Place + 1], plain));
        var visits = (await DetailsAsync(parent)).Visits;
        Assert.Equal([alone, among], visits);
        Assert.Equal(new EnqueueReply(among, EnqueueVerdict.Existing), await AskForAsync(Full(parent, due, "among")));

        var first = await ClaimIdsAsync(await RegisterAsync(), max: 1_000);
        Assert.Equal([parent, plain, .. ids.Where(id => id != among)], first);
        var worker = await RegisterAsync(Given.Worker with { JobNames = ["import"], Queues = ["slow"] });
        Assert.Empty(await ClaimAsync(worker, queue: "slow"));
        await PassAsync(10);
        var claimed = await ClaimAsync(worker, queue: "slow");
        Assert.Equal([(alone, "alone"), (among, "among")], claimed.Select(job => (job.Id, job.DedupKey!)));
        Same.As(claimed[0], claimed[1] with { Id = alone, DedupKey = "alone" });
    }

    [Fact]
    public async Task The_jobs_of_a_large_batch_go_by_their_priority_and_among_equals_in_their_order()
    {
        var jobs = Enumerable.Range(0, Many).Select(at => Given.Job with { Name = at % 2 == 0 ? Given.Name : "other", Priority = (at % 7) - 3 }).ToArray();
        var ids = (await Store.EnqueueAsync(jobs, null)).Select(reply => reply.Id).ToArray();
        Assert.Equal(ids.OrderBy(id => id.Value), ids);
        var worker = await RegisterAsync(Given.Worker with { JobNames = [Given.Name, "other"] });
        Assert.Equal(Enumerable.Range(0, Many).OrderByDescending(at => jobs[at].Priority).Select(at => ids[at]), await ClaimIdsAsync(worker, max: Many));
    }

    [Fact]
    public async Task An_heir_among_many_inherits_and_no_other_does()
    {
        var held = await RunAsync();
        await held.SaveAsync(Given.Rows with { Settled = ["a"] });
        await held.SettleAsync(held.Outcome(JobEvent.Succeed) with { KeepMemory = true });
        var ids = await EnqueueAmongManyAsync(Given.Job with { Inherits = held.Id });
        Assert.Equal(["a"], Assert.Single((await Store.RecallAsync(ids[Place], null)).Streams).Ahead);
        Assert.Equal([ids[Place]], (await ClaimAsync(held.Worker, max: Many)).Where(job => job.HasMemory).Select(job => job.Id));
    }

    [Fact]
    public async Task A_split_into_as_many_as_there_may_be_gives_each_partition_a_visit_like_its_job()
    {
        var held = await RunAsync(Given.Job with { Priority = 4, Tags = ",a,", Limit = new() { Key = "acme", Places = 1_000 } });
        Assert.Equal(SaveVerdict.Saved, (await Store.SplitAsync(new() { Lease = held.Lease, Stream = Given.Stream, Partitions = StoreLimits.MaxPartitions })).Verdict);
        var partitions = (await Store.RecallAsync(held.Id, null)).Partitions;
        Assert.Equal(Enumerable.Range(0, StoreLimits.MaxPartitions), partitions.Select(partition => partition.Index));
        var visits = await ClaimAsync(held.Worker, max: Many);
        Assert.Equal(partitions.Select(partition => partition.Visit), visits.Select(visit => visit.Id));
        Assert.All(visits, visit => Assert.Equal(
            (Given.Name, Given.Queue, 4, ",a,", held.Id, new Visit { Stream = Given.Stream, Kind = VisitKind.Partition }, "acme", true),
            (visit.Name, visit.Queue, visit.Priority, visit.Tags, visit.Parent!.Value, visit.Visit, visit.Limit!.Key, visit.HasMemory)));
        Same.As([partitions[Place] with { State = JobState.Running }], (await Store.RecallAsync(visits[Place].Id, held.Id)).Partitions);
    }
}
