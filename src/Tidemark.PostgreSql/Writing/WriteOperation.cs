using System.Threading.Tasks.Sources;

namespace Tidemark.PostgreSql.Writing;

/// <summary>One atomic piece of work for a thread of the store, mostly carried out together with others in one commit, and told of its end after it.</summary>
internal abstract class WriteOperation
{
    /// <summary>In which a worker asked for it (<see cref="Connections.History.Era"/>): in another it is refused. Null: it rests on no lease.</summary>
    public int? Era { get; set; }

    /// <summary>How many rows it writes, about: a commit stops taking operations at <see cref="TidemarkPostgreSqlOptions.MaxRowsPerCommit"/>.</summary>
    public virtual int Rows => 1;

    /// <summary>True if it lends its transaction to user code.</summary>
    public virtual bool Lends => false;

    /// <summary>True if it shares its transaction with no other operation: it lends it, or holds locks for long.</summary>
    public virtual bool RunsAlone => Lends;

    /// <summary>True if it only reads: it then runs alone and without a transaction, each statement for itself.</summary>
    public virtual bool OnlyReads => false;

    /// <summary>True while all that it writes is one message, sent as <see cref="WriteTransaction.Closing"/>: a transaction of its own that the server commits at the end of it. Alone.</summary>
    public virtual bool TravelsWhole => false;

    /// <summary>How it is carried out with others of its kind, before <see cref="Execute"/>; null: it is not. Always the same.</summary>
    public virtual WriteSet? Set => null;

    /// <summary>After its set has been written: true if <see cref="Execute"/> has something left to do, in a transaction that follows.</summary>
    public virtual bool HasRest => false;

    /// <summary>Its set is committed, and what is left of it is not.</summary>
    public bool HasBegun { get; set; }

    /// <summary>It is committed: looks up what the answer still needs. Whatever it throws, the outcome is then told as unknown: who asks again finds it.</summary>
    public virtual void MakeAnswer()
    {
    }

    /// <summary>Works, and keeps its answer for <see cref="Complete"/>. May be called again after a rollback: it must set the answer anew.</summary>
    public abstract void Execute(WriteTransaction transaction);

    /// <summary>It was undone, because it had guessed wrong or was refused: true if it goes about it otherwise, and is to be executed again.</summary>
    public virtual bool GoesAboutItOtherwise(Exception refusal) => false;

    /// <summary>The commit is durable. Continuations never run on the calling thread.</summary>
    public abstract void Complete();

    /// <summary>Nothing of it was written, unless the error says that this is unknown.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>An operation that answers.</summary>
internal abstract class WriteOperation<T> : WriteOperation, IValueTaskSource<T>
{
    // The awaiter's own scheduler (the engine's lane, say) is captured and used: never the store's thread.
    ManualResetValueTaskSourceCore<T> completion = new() { RunContinuationsAsynchronously = true };

    /// <summary>Awaited once, as any ValueTask.</summary>
    public ValueTask<T> Completion => new(this, completion.Version);

    /// <summary>Set by <see cref="WriteOperation.Execute"/>.</summary>
    protected T Answer { get; set; } = default!;

    /// <summary>The answer of an operation that was executed in a user's transaction, without the queue.</summary>
    public T TakeAnswer() => Answer;

    public sealed override void Complete() => completion.SetResult(Answer);

    public override void Fail(Exception error) => completion.SetException(error);

    T IValueTaskSource<T>.GetResult(short token) => completion.GetResult(token);
    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => completion.GetStatus(token);
    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        completion.OnCompleted(continuation, state, token, flags);
}

/// <summary>An operation from a delegate, for what is written rarely.</summary>
internal sealed class WriteDelegate<T>(Func<WriteTransaction, T> write) : WriteOperation<T>
{
    public override void Execute(WriteTransaction transaction) => Answer = write(transaction);
}

/// <summary>Reading, from a delegate.</summary>
internal sealed class ReadDelegate<T>(Func<StatementCache, T> read) : WriteOperation<T>
{
    public override bool RunsAlone => true;

    public override bool OnlyReads => true;

    public override void Execute(WriteTransaction transaction) => Answer = read(transaction.Statements);
}
