using System.Data.Common;

namespace Tidemark.Tests.Docs.Snippets;

/// <summary>The code of docs/locks.md.</summary>
public static class LockSnippets
{
    public static async Task BillAsync(ITidemarkLocks locks, DbConnection connection, CancellationToken cancellationToken)
    {
        // <snippet lock>
        await using var billing = await locks.AcquireAsync("billing", new() { Owner = "nightly run" }, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, billing.Lost);
        await SendInvoicesAsync(connection, billing.Token, stop.Token);
        // </snippet>
    }

    public static async Task CallAsync(ITidemarkLocks locks, Func<CancellationToken, Task> gateway, CancellationToken cancellationToken)
    {
        // <snippet semaphore>
        var atMostFour = new LockOptions { Places = 4, Wait = TimeSpan.FromSeconds(30) };
        if (await locks.TryAcquireAsync("gateway", atMostFour, cancellationToken) is not { } place) return; // others are at it
        await using (place) await gateway(place.Lost);
        // </snippet>
    }

    // <snippet limit>
    public static readonly JobKey<SyncArgs> Sync = new("sync") { Limit = args => new($"customer-{args.Customer}", atMost: 1) };
    // </snippet>

    public static async Task LimitAsync(IJobClient jobs, CancellationToken cancellationToken)
    {
        // <snippet limit-once>
        await jobs.EnqueueAsync(Sync, new("acme"), new() { Limit = new("night-window", atMost: 3) }, cancellationToken);
        // </snippet>
    }

    public sealed record SyncArgs(string Customer);

    static async Task SendInvoicesAsync(DbConnection connection, long token, CancellationToken cancellationToken)
    {
        if (!await WriteAsync(connection, token, "sent", cancellationToken)) throw new InvalidOperationException("Another run has the lock by now.");
    }

    // <snippet fenced>
    // The resource's own table: CREATE TABLE ledger (id INTEGER PRIMARY KEY, state TEXT NOT NULL, token INTEGER NOT NULL)
    static async Task<bool> WriteAsync(DbConnection connection, long token, string state, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE ledger SET state = @state, token = @token WHERE id = 1 AND token <= @token";
        Add("@state", state);
        Add("@token", token);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1; // 0: somebody with a greater token was here

        void Add(string name, object value)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }
    // </snippet>
}
