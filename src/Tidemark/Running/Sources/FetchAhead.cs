namespace Tidemark.Running;

/// <summary>
/// One fetch at a time, begun when it is asked for or ahead of that. A fetch is never left running behind its caller's back: who cancels
/// or disposes waits for its end. A failed fetch is forgotten once its error was given, so the next call tries again.
/// </summary>
internal sealed class FetchAhead<TAnswer>(Func<CancellationToken, Task<TAnswer>> fetch) : IAsyncDisposable
{
    Task<TAnswer>? underway;
    CancellationTokenSource? abort;

    /// <summary>Begins a fetch unless one is under way. Never throws: an error comes out of <see cref="TakeAsync"/>.</summary>
    public void Begin()
    {
        if (underway is not null) return;
        abort = new CancellationTokenSource();
        underway = FetchAsync(abort.Token);
    }

    public async ValueTask<TAnswer> TakeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Begin();
        try
        {
            await using (cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), abort)) return await underway!;
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested && e.CancellationToken != cancellationToken)
        {
            // The fetch saw our own token; the caller must see the one that it cancelled.
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        finally
        {
            Forget();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (underway is null) return;

        // Not CancelAsync, which would call back on a thread of the pool, off the lane.
        abort!.Cancel();

        // Nobody asked for this answer, so neither its error nor its being cancelled is news; only its end matters.
        await Task.WhenAny(underway);
        _ = underway.Exception;
        Forget();
    }

    async Task<TAnswer> FetchAsync(CancellationToken cancellationToken) => await fetch(cancellationToken);

    void Forget()
    {
        abort?.Dispose();
        (abort, underway) = (null, null);
    }
}
