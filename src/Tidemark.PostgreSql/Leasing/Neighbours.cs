using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>
/// Tells other processes that work may have come, and listens to them: a hint only, for a notification is lost with its connection, and none
/// passes a pooler. Given outside every transaction, at most one in so long, because the server lines up the commits that notify.
/// </summary>
internal sealed class Neighbours : IAsyncDisposable
{
    static readonly Sql HintSql = Sql.Load("Leasing/Hint");
    static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    readonly Database database;
    readonly Action heard;
    readonly CancellationTokenSource stop = new();
    readonly SemaphoreSlim asked = new(0, 1);
    readonly Task ended;

    public Neighbours(Database database, Action heard)
    {
        this.database = database;
        this.heard = heard;
        ended = database.Options.HintInterval > TimeSpan.Zero ? Task.WhenAll(Task.Run(TellAsync), Task.Run(ListenAsync)) : Task.CompletedTask;
    }

    /// <summary>Soon, once, however often it is called meanwhile. Never waits.</summary>
    public void Hint()
    {
        if (asked.CurrentCount > 0) return;
        try
        {
            asked.Release();
        }
        catch (Exception moot) when (moot is SemaphoreFullException or ObjectDisposedException)
        {
            return; // another thread was faster; or the store closes while what was queued before is carried out: it is committed, and others find it by polling
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await ended;
        stop.Dispose();
        asked.Dispose();
    }

    async Task TellAsync()
    {
        await WhileOpenAsync(database.OpenAsync, async connection =>
        {
            await asked.WaitAsync(stop.Token);
            await using var command = new NpgsqlCommand(HintSql.In(database.Schema), connection) { Parameters = { new() { Value = database.Channel } } };
            await command.ExecuteNonQueryAsync(stop.Token);
            await Task.Delay(database.Options.HintInterval, stop.Token);
            return true;
        });
    }

    async Task ListenAsync()
    {
        var listening = new WeakReference<NpgsqlConnection?>(null);
        await WhileOpenAsync(database.OpenDirectAsync, async connection =>
        {
            if (!listening.TryGetTarget(out var known) || known != connection)
            {
                using (var statements = new StatementCache(connection, database, prepare: false))
                {
                    if (!Pooler.IsDirect(connection, statements)) return false; // nothing would come, and another's session would go on listening
                }
                connection.Notification += (_, told) =>
                {
                    if (told.PID != connection.ProcessID) heard();
                };
                await using var command = new NpgsqlCommand($"LISTEN {database.Channel}", connection);
                await command.ExecuteNonQueryAsync(stop.Token);
                listening.SetTarget(connection);
            }
            await connection.WaitAsync(stop.Token);
            return true;
        });
    }

    // A connection that breaks is replaced; meanwhile polling finds the work. Until a turn says that it is the last.
    async Task WhileOpenAsync(Func<CancellationToken, ValueTask<NpgsqlConnection>> open, Func<NpgsqlConnection, Task<bool>> turn)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await open(stop.Token);
                while (await turn(connection)) continue;
                return;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                await Task.WhenAny(Task.Delay(Rest, stop.Token));
            }
        }
    }
}
