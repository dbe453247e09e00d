using Tidemark.Storage;

namespace Tidemark.Cli.Stores;

/// <summary>A store, and what must be closed after it.</summary>
/// <param name="store">It.</param>
/// <param name="path">Its file; null: it is a server's.</param>
/// <param name="beneath">What it stands on.</param>
/// <param name="refuses">Of a server's fault: it has answered, and will answer the same again.</param>
internal sealed class OpenedStore(IExaminedStore store, string? path, IAsyncDisposable? beneath, Func<StoreException, bool>? refuses = null) : IAsyncDisposable
{
    internal IExaminedStore Store => store;

    /// <summary>Others, on other machines, may use it too.</summary>
    internal bool IsServers => path is null;

    /// <summary>It is a server's that did not answer now and may answer later.</summary>
    internal bool MayAnswerYet(StoreException fault) => path is null && refuses?.Invoke(fault) != true;

    /// <summary>Its file was moved or deleted. A server that does not answer is not gone: it is waited for.</summary>
    internal bool IsGone => path is not null && !File.Exists(path);

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        if (beneath is not null) await beneath.DisposeAsync();
    }
}
