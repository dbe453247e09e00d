using System.Data.Common;
using Tidemark.Running;

namespace Tidemark;

/// <summary>What an attempt can do beside its own work: steps, streams, progress, result. Valid until the handler returns.</summary>
/// <remarks>
/// Safe to use from several threads, except that a step or cursor name is used once at a time, and that streams run one after another: what an
/// interruption costs, and which items were in flight when a process died, are told of one stream an attempt. One that begins while another
/// runs is refused.
/// </remarks>
public sealed class JobContext
{
    readonly Attempt attempt;

    internal JobContext(Attempt attempt) => this.attempt = attempt;

    /// <summary>The job's identity.</summary>
    public JobId Id => attempt.Job.Id;

    /// <summary>The job's registered name.</summary>
    public string Name => attempt.Job.Name;

    /// <summary>Which try this is, from 1. Drains and parks are not counted.</summary>
    public int Attempt => attempt.Job.Attempt;

    /// <summary>The occurrence of a schedule that this job was enqueued for; null: no schedule enqueued it.</summary>
    public Occurrence? Occurrence => Occurrence.Of(attempt.Job.Tags);

    /// <summary>The same on every attempt of this job: give it to the other side.</summary>
    public string IdempotencyKey => attempt.IdempotencyKey;

    /// <summary>A graceful stop was asked for (drain, park, cancel). Streams and steps heed it by themselves; a loop of your own should leave.</summary>
    public CancellationToken Stopping => attempt.Stopping;

    /// <summary>Runs the body once and remembers its result: on the next attempt the memo answers.</summary>
    /// <typeparam name="TResult">The result; it must survive a round trip as JSON.</typeparam>
    /// <param name="name">Unique among this job's steps; steps are matched by name. Named like a job, but without '/'.</param>
    /// <param name="body">The work, with an idempotency key for the other side.</param>
    /// <param name="options">How long the memo is valid, how long the step may take.</param>
    /// <returns>The result, new or remembered.</returns>
    /// <exception cref="JobFaultException">Two steps of one name, a memo that cannot be decoded, a result that is too large or of which JSON would lose a part.</exception>
    public Task<TResult> StepAsync<TResult>(string name, Func<StepContext, CancellationToken, Task<TResult>> body, StepOptions? options = null) =>
        attempt.Steps.RunAsync(name, body, options ?? StepOptions.Default);

    /// <summary>Runs the body once: on the next attempt it is known to be done.</summary>
    /// <param name="name">Unique among this job's steps. Named like a job, but without '/'.</param>
    /// <param name="body">The work, with an idempotency key for the other side.</param>
    /// <param name="options">How long it stays done, how long it may take.</param>
    /// <exception cref="JobFaultException">Two steps of one name.</exception>
    public Task StepAsync(string name, Func<StepContext, CancellationToken, Task> body, StepOptions? options = null) =>
        attempt.Steps.RunAsync(name, body, options ?? StepOptions.Default);

    /// <summary>Opens a stream that was declared at registration, over a source given here.</summary>
    /// <typeparam name="T">One item.</typeparam>
    /// <param name="name">The declared name.</param>
    /// <param name="source">Where the items come from.</param>
    /// <exception cref="JobFaultException">The stream was not declared, or is used twice, or JSON would lose a part of an item; when it is run, that another runs.</exception>
    /// <remarks>
    /// Where <see cref="StreamOptions.Partitions"/> is more than 1, each partition reads the whole source and keeps the items whose keys fall to it: give a
    /// source a partition instead where reading is what costs.
    /// </remarks>
    public JobStream<T> Stream<T>(string name, Source<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return attempt.Streams.Open(name, partition => partition.Count == 1 ? source : source.PartOf(partition));
    }

    /// <summary>Opens a stream whose partitions each have a source of their own: a range of keys, a file, a tenant.</summary>
    /// <typeparam name="T">One item.</typeparam>
    /// <param name="name">The declared name.</param>
    /// <param name="source">
    /// Where the items of a partition come from; asked once an attempt that reads, with <see cref="StreamPartition.Count"/> 1 for a stream that is not
    /// split. Together they give every item once.
    /// </param>
    /// <exception cref="JobFaultException">As for a stream over one source.</exception>
    public JobStream<T> Stream<T>(string name, Func<StreamPartition, Source<T>> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return attempt.Streams.Open(name, source);
    }

    /// <summary>A cursor for a job that owns its loop: saved when you say so.</summary>
    /// <typeparam name="T">The position; it must survive a round trip as JSON.</typeparam>
    /// <param name="name">Named like a job; not the name of a stream. Asked for twice, it is the same cursor.</param>
    /// <exception cref="JobFaultException">The name is a stream's, or no name; or JSON would lose a part of the position.</exception>
    public JobCursor<T> Cursor<T>(string name) => new(attempt.Cursors.Open<T>(name));

    /// <summary>The job's result, told to whoever waits for it. The last call counts.</summary>
    /// <typeparam name="TResult">The result; it must survive a round trip as JSON.</typeparam>
    /// <param name="result">The result.</param>
    /// <exception cref="JobFaultException">Too large, or JSON would lose a part of it.</exception>
    public void SetResult<TResult>(TResult result) => attempt.SetResult(result);

    /// <summary>
    /// Writes to be made in the transaction that records this job's success: both happen or neither. For small jobs without streams. Of a stream that is split, or
    /// replayed, the child jobs make none: they are the job's own.
    /// </summary>
    /// <param name="effects">Does nothing but writes through the transaction; may run again after a rollback.</param>
    public void CommitOnSuccess(Func<DbTransaction, CancellationToken, Task> effects) => attempt.CommitOnSuccess(effects);

    /// <summary>Says that this job moves, for work that has neither items nor steps. Without any sign it is reported as stalled.</summary>
    public void ReportProgress() => attempt.NoteProgress();
}
