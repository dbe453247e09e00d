using Tidemark;

namespace SimReconciliation.Watch;

/// <summary>Looks at a job four times a second and shows it, until it has ended or the service is told to stop.</summary>
internal sealed class Watcher(IJobClient jobs, Screen screen, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);
    private (JobState State, long At)? told;

    /// <summary>The job as it was seen last: ended or failed, unless a stop came first.</summary>
    public async Task<JobStatus> WatchAsync(JobId id, CancellationToken stopping)
    {
        while (true)
        {
            var job = await jobs.FindAsync(id) ?? throw new KeyNotFoundException($"Job {id} has gone from the store while it was watched.");
            if (job.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled || stopping.IsCancellationRequested)
            {
                screen.Show();
                return job;
            }

            Show(job);
            await Task.Delay(Interval, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Show(JobStatus job)
    {
        if (screen.IsTerminal)
        {
            screen.Show(ProgressText.Live(job, time.GetUtcNow()));
            return;
        }

        if (told is { } last && last.State == job.State && time.GetElapsedTime(last.At) < LineInterval)
            return;
        told = (job.State, time.GetTimestamp());
        screen.Show(ProgressText.Line(job, time.GetUtcNow()));
    }
}
