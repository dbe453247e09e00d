using Tidemark.Sqlite;
using Tidemark.Storage.Presence;
using Tidemark.Sqlite.Reading;
using Tidemark.Sqlite.Writing;

namespace Tidemark.TortureHost;

/// <summary>One process: producers that write and log, a mover, a reader, a beat, and, in the first process, user transactions.</summary>
internal sealed class TortureWriter(Arguments arguments) : IDisposable
{
    private const int Producers = 4;
    private readonly string _folder = arguments.Folder;
    private readonly int _writer = arguments.Number("writer", 0);
    private readonly int _life = arguments.Number("life", 0);
    private readonly CancellationTokenSource _ending = new();
#pragma warning disable CA1001, CA2213 // the run disposes it, in its order
    private SqliteWriter _store = null!;
#pragma warning restore CA1001, CA2213
    private PresenceFile _presence = null!;
    private SideLog _attempted = null!;
    private SideLog _acknowledged = null!;
    private SideLog _refused = null!;
    private int _number;
    private int _slot;

    public async Task<int> RunAsync()
    {
        Native.DieWithParent();
        EndWithStdin();
        using var file = TortureStore.Open(_folder);
        _attempted = SideLog.Attempts(_folder, _writer, _life);
        _acknowledged = SideLog.Acknowledged(_folder, _writer, _life);
        _refused = SideLog.Refused(_folder, _writer, _life);
        _presence = PresenceFile.Create(new PresenceDirectory(file.PresencePath), (_writer * 1_000_000) + _life, slots: 1, places: 64);
        _slot = _presence.Enter(new JobId(_writer + 1), _life);
        _presence.OpenStream(_slot, "torture");
        new Thread(Beat) { IsBackground = true }.Start();
        _store = new SqliteWriter(file, TimeProvider.System);
        using var readers = new SqliteReaders(file);
        var work = Enumerable.Range(0, Producers).Select(ProduceAsync).Append(MoveAsync()).Append(Task.Run(() => Read(readers)));
        if (_writer == 0) work = work.Append(UseTransactionsAsync(new TidemarkSqlite(_store)));
        await Task.WhenAll(work);
        await _store.DisposeAsync();
        await _attempted.DisposeAsync();
        await _acknowledged.DisposeAsync();
        await _refused.DisposeAsync();
        _presence.Retire();
        return 0;
    }

    public void Dispose() => _ending.Dispose();

    private async Task ProduceAsync(int seed)
    {
        var random = new Random(HashCode.Combine(_writer, _life, seed));
        await Task.Yield();
        while (!_ending.IsCancellationRequested)
        {
            var key = Begin(out var place);
            try
            {
                await _store.RunAsync(new InsertRow(key));
                await EndAsync(key, place, _acknowledged);
            }
            catch (StoreException error) when (!error.OutcomeUnknown)
            {
                await EndAsync(key, place, _refused);
            }

            // A fifth of the time everybody writes without a pause: then the gate is always contended.
            if (Environment.TickCount64 / 1_000 % 5 != 0) await Task.Delay(random.Next(20));
        }
    }

    private async Task MoveAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            await _store.RunAsync(new MoveRows(100));
            await Task.Delay(100);
        }
    }

    private async Task UseTransactionsAsync(TidemarkSqlite sqlite)
    {
        for (var turn = 0; !_ending.IsCancellationRequested; turn++)
        {
            var keys = new (long Key, int Place)[3];
            for (var i = 0; i < keys.Length; i++) keys[i] = (Begin(out var place), place);
            var committed = await TryTransactionAsync(sqlite, [.. keys.Select(key => key.Key)], commit: turn % 4 != 0);
            foreach (var (key, place) in keys) await EndAsync(key, place, committed ? _acknowledged : _refused);
            await Task.Delay(50);
        }
    }

    private async Task<bool> TryTransactionAsync(TidemarkSqlite sqlite, long[] keys, bool commit)
    {
        await using var transaction = await sqlite.BeginAsync();
        _store.Gated.Require(transaction.Transaction).Run(new InsertRow(keys[0]));
        foreach (var key in keys[1..]) InsertByHand(transaction, key);
        if (commit) await transaction.CommitAsync();
        return commit;
    }

    private static void InsertByHand(TidemarkTransaction transaction, long key)
    {
        using var command = transaction.Connection.CreateCommand();
        command.Transaction = transaction.Transaction;
        command.CommandText = """
            INSERT INTO live (key, body) VALUES ($key, $body);
            INSERT INTO tally (writer, rows) VALUES ($writer, 1) ON CONFLICT DO UPDATE SET rows = rows + 1;
            """;
        command.Parameters.AddWithValue("$key", key);
        command.Parameters.AddWithValue("$body", RowKey.Body(key));
        command.Parameters.AddWithValue("$writer", RowKey.Writer(key));
        command.ExecuteNonQuery();
    }

    private void Read(SqliteReaders readers)
    {
        while (!_ending.IsCancellationRequested)
        {
            readers.Read(statements =>
            {
                var scan = statements.Get("SELECT key, body FROM live ORDER BY id LIMIT 2000");
                while (scan.Step())
                {
                    var key = scan.Int64(0);
                    if (!scan.Bytes(1).SequenceEqual(RowKey.Body(key))) throw new InvalidDataException($"Row {RowKey.Text(key)} has another body.");
                }

                return 0;
            });
            Thread.Sleep(20);
        }
    }

    private void Beat()
    {
        while (true)
        {
            _presence.Beat(WorkerPhase.Running);
            Thread.Sleep(50);
        }
    }

    private long Begin(out int place)
    {
        var key = RowKey.Of(_writer, _life, Interlocked.Increment(ref _number));
        place = _presence.ItemStarted(_slot, key.ToString());
        _attempted.Write(key);
        return key;
    }

    private async Task EndAsync(long key, int place, SideLog log)
    {
        await log.WriteDurablyAsync(key);
        _presence.ItemEnded(_slot, place, settled: true, handlerMs: 1);
    }

    /// <summary>The parent closes our stdin when the time is over.</summary>
    private void EndWithStdin() => new Thread(() =>
    {
        Console.In.ReadToEnd();
        _ending.Cancel();
    }) { IsBackground = true }.Start();
}
