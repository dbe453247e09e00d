using System.Data;
using System.Data.Common;
using Tidemark.Running;

namespace Tidemark.Storage.InMemory;

/// <summary>
/// The transaction that user effects are lent. It has no connection and no data of its own to undo: what takes part says with
/// <see cref="Enlist"/> what a commit does and what a rollback undoes, so that simulated effects are all or nothing like real ones.
/// The store owns its end.
/// </summary>
internal sealed class MemoryTransaction : DbTransaction, IEffectScope
{
    readonly List<(Action? Commit, Action? Undo)> enlisted = [];
    readonly Stack<int> saves = [];

    public override IsolationLevel IsolationLevel => IsolationLevel.Serializable;

    protected override DbConnection? DbConnection => null;

    public bool IsOpen { get; private set; } = true;

    DbTransaction IEffectScope.Transaction => this;

    // Effects end before the call that made them returns: there is nothing to limit.
    CancellationToken IEffectScope.TimeLimit => CancellationToken.None;

    public void Enlist(Action? commit, Action? undo)
    {
        if (!IsOpen) throw new InvalidOperationException("This transaction has ended. Use it only inside the effects that it was given to.");
        enlisted.Add((commit, undo));
    }

    public void Save() => saves.Push(enlisted.Count);

    public void RollBackToSave() => UndoTo(saves.Peek());

    public void ReleaseSave() => saves.Pop();

    public override void Commit() => throw NotYours();

    public override void Rollback() => throw NotYours();

    public void End(bool commit)
    {
        if (!IsOpen) return;
        IsOpen = false;
        if (!commit) UndoTo(0);
        foreach (var (action, _) in enlisted) action?.Invoke();
    }

    protected override void Dispose(bool disposing)
    {
        End(commit: false);
        base.Dispose(disposing);
    }

    void UndoTo(int count)
    {
        // Last in, first out: an undo may lean on the state that the earlier ones left.
        for (var at = enlisted.Count - 1; at >= count; at--) enlisted[at].Undo?.Invoke();
        enlisted.RemoveRange(count, enlisted.Count - count);
    }

    static InvalidOperationException NotYours() =>
        new("The store ends this transaction together with its own write. Return from the effects to commit, throw to roll back.");
}
