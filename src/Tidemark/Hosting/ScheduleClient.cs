using System.Runtime.CompilerServices;
using Tidemark.Scheduling;
using Tidemark.Seams;
using Tidemark.Storage;

namespace Tidemark.Hosting;

/// <summary>The public face of reading and steering schedules; the work is in <see cref="ScheduleDesk"/>.</summary>
internal sealed class ScheduleClient(TidemarkHost host) : IScheduleClient
{
    readonly EngineParts parts = host.Parts;
    readonly ScheduleDesk desk = new(host.Parts.Store, host.Parts.Options.WorkerName, host.Parts.Instruments);

    public async IAsyncEnumerable<ScheduleStatus> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        var facts = await ScheduleFacts.ReadAsync(parts.Store);
        SchedulePage? page = null;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            page = await parts.Store.ListSchedulesAsync(new() { After = page?.Next, Limit = StoreLimits.LargestPage });
            foreach (var schedule in page.Schedules) yield return ScheduleDesk.StatusOf(schedule, facts);
        }
        while (page.Next is not null);
    }

    public async Task<ScheduleStatus?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await OpenAsync(name, cancellationToken);
        return await desk.FindAsync(name);
    }

    public async Task<IReadOnlyList<DateTimeOffset>> NextAsync(string name, int count, CancellationToken cancellationToken)
    {
        await OpenAsync(name, cancellationToken);
        return await desk.NextAsync(name, count);
    }

    public async Task<bool> PauseAsync(string name, string? reason, CancellationToken cancellationToken)
    {
        await OpenAsync(name, cancellationToken);
        return await desk.PauseAsync(name, reason);
    }

    public async Task<bool> ResumeAsync(string name, CancellationToken cancellationToken)
    {
        await OpenAsync(name, cancellationToken);
        return await desk.ResumeAsync(name);
    }

    public async Task<JobId> TriggerAsync(string name, string? reason, CancellationToken cancellationToken)
    {
        await OpenAsync(name, cancellationToken);
        return await desk.TriggerAsync(name, reason);
    }

    public async Task<int> CatchUpAsync(string name, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await OpenAsync(name, cancellationToken);
        return await desk.CatchUpAsync(name, from, to);
    }

    Task OpenAsync(string name, CancellationToken cancellationToken)
    {
        Names.Validate(name, "schedule name");
        return OpenAsync(cancellationToken);
    }

    async Task OpenAsync(CancellationToken cancellationToken)
    {
        await host.OpenAsync();
        cancellationToken.ThrowIfCancellationRequested(); // the last moment: no caller's token ever reaches a commit
    }
}
