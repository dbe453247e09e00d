namespace Tidemark.Sqlite.Writing;

/// <summary>Asks the writer thread for the gate itself, for user code. Ends when the transaction is handed over, not when it is over.</summary>
internal sealed class LendOperation : WriteOperation<TidemarkTransaction>
{
    private const int Waiting = 0;
    private const int HandedOver = 1;
    private const int GivenUp = 2;
    private int _state;

    public override bool CanFailHalfWay => false;
    public override bool RunsAlone => true;

    public override void Execute(WriteTransaction transaction) =>
        throw new InvalidOperationException("A lend is never part of a batch.");

    /// <summary>False: the one who asked has gone meanwhile.</summary>
    public bool TryHandOver(TidemarkTransaction transaction)
    {
        if (Interlocked.CompareExchange(ref _state, HandedOver, Waiting) != Waiting) return false;
        Answer = transaction;
        Complete();
        return true;
    }

    /// <summary>The one who asked goes, unless the transaction has been handed over.</summary>
    public void GiveUp()
    {
        if (Interlocked.CompareExchange(ref _state, GivenUp, Waiting) != Waiting) return;
        base.Fail(new OperationCanceledException("The wait for Tidemark's gate was cancelled."));
    }

    public override void Fail(Exception error)
    {
        if (Interlocked.CompareExchange(ref _state, HandedOver, Waiting) == Waiting) base.Fail(error);
    }

    public bool IsGivenUp => Volatile.Read(ref _state) == GivenUp;
}
