using Tidemark.Cli.Stores;
using Tidemark.Reading;

namespace Tidemark.Cli.Runs;

/// <summary>Asks a store until it answers. A server may be restarted under a run, which must not die of a question that it asked meanwhile.</summary>
internal sealed class PatientReader(OpenedStore opened)
{
    static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    internal Task<JobDetails?> FindAsync(JobId id, CancellationToken giveUp) => AskAsync(() => opened.Store.GetJobAsync(id).AsTask(), giveUp);

    internal Task<PausedQueue[]> ListPausedQueuesAsync(CancellationToken giveUp) => AskAsync(() => opened.Store.ListPausedQueuesAsync().AsTask(), giveUp);

    /// <summary>The answer, however long the server is away. What is asked must bear to be asked twice. A file's fault is told at once, for it has nobody to mend it, and a refusal too: a schema that was dropped, a right that was taken.</summary>
    /// <param name="ask">The question.</param>
    /// <param name="giveUp">Nobody waits any more, not even for an answer that is under way.</param>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    internal async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken giveUp)
    {
        while (true)
        {
            try
            {
                return await ask().WaitAsync(giveUp);
            }
            catch (StoreException fault) when (opened.MayAnswerYet(fault))
            {
                await Task.Delay(AskEvery, giveUp);
            }
        }
    }
}
