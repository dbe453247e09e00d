using System.Threading.Tasks.Sources;

namespace Tidemark.Sqlite.Writing;

/// <summary>One atomic piece of writing, carried out on the writer thread together with others in one commit, and told of its end after it.</summary>
internal abstract class WriteOperation
{
    /// <summary>How many rows it writes, about: a commit stops taking operations at <see cref="TidemarkSqliteOptions.MaxRowsPerCommit"/>.</summary>
    public virtual int Rows => 1;

    /// <summary>
    /// True if it can throw after having written something: it then runs under a savepoint of its own. False only for what is one
    /// statement, which SQLite itself undoes when it fails.
    /// </summary>
    public abstract bool CanFailHalfWay { get; }

    /// <summary>True if it lends the transaction to user code, which wants ADO's object.</summary>
    public virtual bool NeedsDbTransaction => false;

    /// <summary>True if it shares its transaction with nobody.</summary>
    public virtual bool RunsAlone => false;

    /// <summary>When it was queued, on the boot clock.</summary>
    public long QueuedAt { get; set; }

    /// <summary>Writes, and keeps its answer for <see cref="Complete"/>. May be called again after a rollback: it must set the answer anew.</summary>
    public abstract void Execute(WriteTransaction transaction);

    /// <summary>The commit is durable. Continuations never run on the calling thread.</summary>
    public abstract void Complete();

    /// <summary>Nothing of it was written.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>An operation that answers. It may be used again after it has been awaited: <see cref="Renew"/> first.</summary>
internal abstract class WriteOperation<T> : WriteOperation, IValueTaskSource<T>
{
    // The awaiter's own scheduler (the engine's lane, say) is captured and used: never the writer thread.
    private ManualResetValueTaskSourceCore<T> _completion = new() { RunContinuationsAsynchronously = true };

    /// <summary>Awaited once, as any ValueTask.</summary>
    public ValueTask<T> Completion => new(this, _completion.Version);

    /// <summary>Set by <see cref="WriteOperation.Execute"/>.</summary>
    protected T Answer { get; set; } = default!;

    /// <summary>The answer of an operation that was executed in a user's transaction, without the queue.</summary>
    public T TakeAnswer() => Answer;

    public sealed override void Complete() => _completion.SetResult(Answer);

    public override void Fail(Exception error) => _completion.SetException(error);

    /// <summary>Makes it ready to be posted again. Only after its last completion was awaited.</summary>
    public void Renew()
    {
        _completion.Reset();
        Answer = default!;
    }

    T IValueTaskSource<T>.GetResult(short token) => _completion.GetResult(token);
    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _completion.GetStatus(token);
    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}

/// <summary>An operation from a delegate, for what is written rarely.</summary>
internal sealed class WriteDelegate<T>(Func<WriteTransaction, T> write) : WriteOperation<T>
{
    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction) => Answer = write(transaction);
}
