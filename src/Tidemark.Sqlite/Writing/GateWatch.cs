using Tidemark.Sqlite.Files;
using Tidemark.Storage.Native;

namespace Tidemark.Sqlite.Writing;

/// <summary>
/// Looks after the writer thread while it waits at the gate, on a timer's thread: the writer itself is blocked in the kernel, and neither its callers nor
/// whoever closes the store may hang with it.
/// </summary>
internal sealed class GateWatch : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly SqliteFile _file;
    private readonly WriterQueue _queue;
    private readonly WriterHealth _health;
    private readonly Action _leave;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private bool _isLeftBehind;

    /// <summary><paramref name="leave"/> is called once nothing is left for the writer to do but to come in.</summary>
    public GateWatch(SqliteFile file, WriterQueue queue, WriterHealth health, TimeProvider time, Action leave)
    {
        (_file, _queue, _health, _leave) = (file, queue, health, leave);
        _timer = time.CreateTimer(_ => Look(), null, LookEvery, LookEvery);
    }

    /// <summary>True: whoever closed the store has gone. The writer, who has just come in, does nothing any more.</summary>
    public bool IsLeftBehind
    {
        get
        {
            lock (_lock) return _isLeftBehind;
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Look()
    {
        var limit = (long)_file.Options.GateWaitLimit.TotalMilliseconds;
        if (_file.Gate.WaitingSince is not (> 0 and var since) || BootClock.Milliseconds - since < limit) return;
        var message = $"Another process has held the gate of '{_file.Path}' for {(BootClock.Milliseconds - since) / 1000} s (GateWaitLimit is {limit / 1000.0:0.###} s). "
            + "Look for a stopped process, or a user transaction that does not end: writing goes on by itself once it is gone.";
        if (!_health.Failed(SqliteFault.GateHeld, message, () => _file.Gate.WaitingSince == since)) return;
        var late = new List<WriteOperation>();
        _queue.TakeOlderThan(limit, late);
        foreach (var operation in late) operation.Fail(new StoreException(message));
        if (_queue.IsClosedAndEmpty) Leave(since);
    }

    /// <summary>Unless it has come in this very moment: then it ends as ever.</summary>
    private void Leave(long since)
    {
        lock (_lock)
        {
            if (_file.Gate.WaitingSince != since) return;
            _isLeftBehind = true;
            _file.Gate.Keep();
        }

        _leave();
    }
}
