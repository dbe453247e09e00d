using System.Runtime.CompilerServices;
using Tidemark.Locking;
using Tidemark.Seams;

namespace Tidemark.Hosting;

/// <summary>The public face of locking; the work is in that stage.</summary>
internal sealed class LockClient(EngineParts parts, TidemarkHost host) : ITidemarkLocks
{
    public async Task<TidemarkLock> AcquireAsync(string name, LockOptions? options, CancellationToken cancellationToken) =>
        await GetAsync(name, options, Timeout.InfiniteTimeSpan, cancellationToken)
            ?? throw new TimeoutException($"The lock '{name}' could not be had within {Setting.Words(options!.Wait!.Value)}. See who holds it (tidemark lock list), or wait longer.");

    public Task<TidemarkLock?> TryAcquireAsync(string name, LockOptions? options, CancellationToken cancellationToken) => GetAsync(name, options, TimeSpan.Zero, cancellationToken);

    public async IAsyncEnumerable<LockStatus> ListAsync(string? name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await host.OpenAsync();
        LockStatus[] page;
        var filter = new LockFilter { Name = name };
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            page = await parts.Store.ListLocksAsync(filter);
            foreach (var status in page) yield return status;
            if (page is [.., var last]) filter = filter with { After = last.Token };
        }
        while (page.Length == filter.Limit);
    }

    public async Task<bool> BreakAsync(long token, string? by, CancellationToken cancellationToken)
    {
        await host.OpenAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return await parts.Store.BreakLockAsync(token, Lifecycle.ErrorText.Reason(by) ?? parts.Options.WorkerName);
    }

    async Task<TidemarkLock?> GetAsync(string name, LockOptions? options, TimeSpan wait, CancellationToken cancellationToken)
    {
        Names.Validate(name, "lock name");
        options ??= new();
        options.Demand(nameof(options));
        var keeper = host.Locks ?? throw new InvalidOperationException(
            "No worker runs in this process, and a lock is kept by one. Start the host first; where it declares no job, call UseLocks() when adding Tidemark.");
        cancellationToken.ThrowIfCancellationRequested();
        return await keeper.AcquireAsync(name, options, options.Wait ?? wait, cancellationToken) is { } ticket ? new(keeper, ticket) : null;
    }
}
