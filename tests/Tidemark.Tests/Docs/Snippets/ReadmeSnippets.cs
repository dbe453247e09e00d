using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Tidemark.Tests.Docs.Snippets;

#pragma warning disable CA1034, CA1052 // The README's types stand as a user would write them: public, in one place.

public sealed class ReadmeSnippets
{
    // <snippet job>
    public static class SimJobs
    {
        public static readonly JobKey<ReconcileArgs> Reconcile = new("reconcile-sims");
    }

    public sealed record ReconcileArgs(string Carrier);

    public sealed class ReconcileSims(CarrierApi carrier, Inventory inventory) : IJob<ReconcileArgs>
    {
        public async Task RunAsync(ReconcileArgs args, JobContext job, CancellationToken cancellationToken)
        {
            var snapshot = await job.StepAsync(
                "open-snapshot",
                (step, ct) => carrier.OpenAsync(args.Carrier, step.IdempotencyKey, ct),
                new() { ValidFor = TimeSpan.FromHours(6) });

            var sims = job.Stream("reconcile", Pages.Of(
                (string? cursor, CancellationToken ct) => carrier.FetchPageAsync(snapshot, cursor, ct), key: sim => sim.Iccid));

            await sims.ForEachAsync((item, ct) => inventory.UpsertAsync(item.Value, item.IdempotencyKey, ct));

            await job.StepAsync("publish-report", (step, ct) => carrier.PublishAsync(snapshot, step.IdempotencyKey, ct));
        }
    }
    // </snippet>

    public static void Register(HostApplicationBuilder builder)
    {
        // <snippet registration>
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UseSqlite("tidemark.db");
            tidemark.AddJob(SimJobs.Reconcile).HandledBy<ReconcileSims>()
                .OnException<QuotaException>(quota => FaultDecision.ParkUntil(quota.ResetsAt, "the carrier's quota is used up"))
                .Stream("reconcile", stream =>
                {
                    stream.ResumeCost = ResumeCost.AtMost(items: 10);
                    stream.Concurrency = 4;
                });
        });
        // </snippet>
    }

    public static async Task<JobResult> EnqueueAsync(IJobClient jobs)
    {
        // <snippet enqueue>
        var (id, created) = await jobs.EnqueueAsync(SimJobs.Reconcile, new("ncell"), new() { Dedup = Dedup.Key("ncell") });
        var result = await jobs.WaitAsync(id);
        // </snippet>
        return created ? result : throw new InvalidOperationException($"Job {id} was there before.");
    }

    public sealed record Sim(string Iccid);

    public sealed class QuotaException(DateTimeOffset resetsAt) : Exception
    {
        public DateTimeOffset ResetsAt => resetsAt;
    }

    public sealed class CarrierApi
    {
        public Task<string> OpenAsync(string carrier, string key, CancellationToken cancellationToken) => Task.FromResult(carrier + key);

        public Task<Page<Sim, string>> FetchPageAsync(string snapshot, string? cursor, CancellationToken cancellationToken) =>
            Task.FromResult(new Page<Sim, string>([new(snapshot + cursor)], null));

        public Task PublishAsync(string snapshot, string key, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    public sealed class Inventory
    {
        public Task UpsertAsync(Sim sim, string key, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
