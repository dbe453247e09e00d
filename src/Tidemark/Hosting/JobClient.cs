using System.Runtime.CompilerServices;
using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Lifecycle;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Seams;

namespace Tidemark.Hosting;

/// <summary>The public face of enqueueing, reading and steering; the work is in those stages.</summary>
internal sealed class JobClient(EngineParts parts, Waiters waiters, TidemarkHost host) : IJobClient
{
    const int MaxItems = 1_000;

    readonly Enqueuer enqueuer = new(parts);

    public async Task<EnqueueResult> EnqueueAsync<TArgs>(JobKey<TArgs> job, TArgs args, EnqueueOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        await host.OpenAsync();
        return await enqueuer.EnqueueAsync(job, args, options ?? new(), cancellationToken);
    }

    public async Task<long> EnqueueManyAsync<TArgs>(JobKey<TArgs> job, IEnumerable<TArgs> args, EnqueueOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(args);
        await host.OpenAsync();
        return await enqueuer.EnqueueManyAsync(job, args, options ?? new(), cancellationToken);
    }

    public async Task<JobResult> WaitAsync(JobId id, CancellationToken cancellationToken)
    {
        await host.OpenAsync();
        return await waiters.WaitAsync(id, cancellationToken);
    }

    public async Task<JobStatus?> FindAsync(JobId id, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        return await parts.Store.GetJobAsync(id) is { } details ? StatusReading.Of(details, parts.Time.GetUtcNow()) : null;
    }

    public Task<ControlResult> CancelAsync(JobId id, string? reason, CancellationToken cancellationToken) => ControlAsync(id, ControlAction.Cancel, cancellationToken, reason);

    public Task<ControlResult> RetryAsync(JobId id, CancellationToken cancellationToken) => ControlAsync(id, ControlAction.Retry, cancellationToken);

    public Task<ControlResult> ParkAsync(JobId id, DateTimeOffset? until, string? reason, CancellationToken cancellationToken) =>
        ControlAsync(id, ControlAction.Park, cancellationToken, reason, until);

    public Task<ControlResult> WakeAsync(JobId id, CancellationToken cancellationToken) => ControlAsync(id, ControlAction.Wake, cancellationToken);

    public Task<ControlResult> DiscardAsync(JobId id, CancellationToken cancellationToken) => ControlAsync(id, ControlAction.Discard, cancellationToken);

    public async IAsyncEnumerable<QuarantinedItem> QuarantinedAsync(JobId id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await host.OpenAsync();
        QuarantinePage? page = null;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            page = await parts.Store.ListQuarantineAsync(new() { Job = id, After = page?.Next });
            foreach (var item in page.Items) yield return StatusReading.Of(item, parts.Json);
        }
        while (page.Next is not null);
    }

    public async Task<IReadOnlyList<JobId>> ReplayQuarantineAsync(JobId id, string? stream, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        return (await parts.Store.ReplayAsync(new() { Job = id, Stream = stream, By = parts.Options.WorkerName })).Visits;
    }

    public async Task<IReadOnlyList<JobId>> ReplayQuarantinedAsync(JobId id, IReadOnlyList<long> items, CancellationToken cancellationToken)
    {
        await OpenAsync(items, cancellationToken);
        return (await parts.Store.ReplayAsync(new() { Job = id, Ids = items, By = parts.Options.WorkerName })).Visits;
    }

    public async Task<int> DropQuarantinedAsync(IReadOnlyList<long> items, CancellationToken cancellationToken)
    {
        await OpenAsync(items, cancellationToken);
        return await parts.Store.DropQuarantineAsync(items, parts.Options.WorkerName);
    }

    public Task PauseQueueAsync(string queue, string? reason, CancellationToken cancellationToken) => PauseAsync(queue, true, reason, cancellationToken);

    public Task ResumeQueueAsync(string queue, CancellationToken cancellationToken) => PauseAsync(queue, false, null, cancellationToken);

    public void Hint() => host.Hint();

    async Task OpenAsync(IReadOnlyList<long> items, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (items.Count > MaxItems) throw new ArgumentException($"{items.Count:N0} items were given. Use at most {MaxItems:N0} at a time.", nameof(items));
        await OpenAsync(cancellationToken);
    }

    async Task OpenAsync(CancellationToken cancellationToken)
    {
        await host.OpenAsync();
        cancellationToken.ThrowIfCancellationRequested(); // the last moment: no caller's token ever reaches a commit
    }

    async Task PauseAsync(string queue, bool paused, string? reason, CancellationToken cancellationToken)
    {
        Names.Validate(queue, "queue name");
        await OpenAsync(cancellationToken);
        await parts.Store.SetQueuePausedAsync(queue, paused, parts.Options.WorkerName, ErrorText.Reason(reason));
    }

    async Task<ControlResult> ControlAsync(JobId id, ControlAction action, CancellationToken cancellationToken, string? reason = null, DateTimeOffset? until = null)
    {
        await OpenAsync(cancellationToken);
        var reply = await parts.Store.ControlAsync(new() { Job = id, Action = action, By = parts.Options.WorkerName, Reason = ErrorText.Reason(reason), Until = until });
        if (reply.Verdict == ControlVerdict.Done) waiters.Ended(id);
        return (ControlResult)reply.Verdict;
    }
}
