namespace Tidemark;

/// <summary>The handler of one job name. A new instance is made in a dependency-injection scope of its own for each attempt.</summary>
/// <typeparam name="TArgs">The job's arguments.</typeparam>
public interface IJob<in TArgs>
{
    /// <summary>Runs one attempt. Returning means the job succeeded; throwing means this attempt failed.</summary>
    /// <param name="args">The arguments given at the enqueue.</param>
    /// <param name="job">Steps, streams, progress and the identity of this attempt.</param>
    /// <param name="cancellationToken">Abort: give up now. A graceful stop is <see cref="JobContext.Stopping"/>.</param>
    Task RunAsync(TArgs args, JobContext job, CancellationToken cancellationToken);
}
