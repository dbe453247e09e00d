namespace Tidemark.Hosting;

/// <summary>Cancels where handlers start on the pool: the token says so at once, and what hangs on it runs there too.</summary>
internal static class PoolCancelling
{
#pragma warning disable RS0030 // The ban is for the lanes that the core runs on; here the pool is the very lane that is meant.
    public static Task Cancel(CancellationTokenSource source) => source.CancelAsync();
#pragma warning restore RS0030
}
