using Tidemark.Sqlite.Files;

namespace Tidemark.Sqlite.Writing;

/// <summary>Why nothing can be written now, for the health check, the dashboard and the error of each refused write.</summary>
internal sealed record StoreTrouble(SqliteFault Fault, string Message, DateTimeOffset Since);

/// <summary>
/// Well or in trouble. In trouble, writes are refused at once (nobody hangs), and once a second one is let through, or a probe is
/// written if none came: the first success ends the trouble, without a restart. But a damaged file is written no more by this process, however
/// many of its pages are well: each write may carry the damage on, and the copy that it is to be recovered from would grow old.
/// </summary>
/// <remarks>Two threads find out: the writer, and its watch while it waits at the gate.</remarks>
internal sealed class WriterHealth(TimeProvider time)
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private readonly Queue<StoreTrouble?> _untold = new();
    private bool _isTelling;
    private volatile StoreTrouble? _trouble;
    private long _lastTry;

    /// <summary>Null: all is well. Read by any thread.</summary>
    public StoreTrouble? Trouble => _trouble;

    /// <summary>Called on the thread that found out, at each change and in their order; null: over. Must not block. It may throw: nobody is left to be told of that.</summary>
    public Action<StoreTrouble?>? Changed { get; set; }

    /// <summary>How long the writer shall wait at most before it tries again; null: as long as it likes.</summary>
    public TimeSpan? UntilNextTry
    {
        get
        {
            lock (_lock)
            {
                if (_trouble is null) return null;
                if (IsForGood) return RetryEvery;
                var left = RetryEvery - time.GetElapsedTime(_lastTry);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    private bool IsForGood => _trouble is { Fault: SqliteFault.Corrupt or SqliteFault.NotADatabase };

    /// <summary>False: <paramref name="still"/>, asked when no success can come in between any more, says that it is so no longer.</summary>
    public bool Failed(SqliteFault fault, string message, Func<bool>? still = null)
    {
        lock (_lock)
        {
            if (still?.Invoke() == false) return false;
            if (IsForGood) return true;
            _lastTry = time.GetTimestamp();
            var before = _trouble;
            if (before?.Fault == fault && before.Message == message) return true;
            Become(new StoreTrouble(fault, message, before?.Since ?? time.GetUtcNow()));
        }

        Tell();
        return true;
    }

    public void Succeeded()
    {
        lock (_lock)
        {
            if (_trouble is null || IsForGood) return;
            Become(null);
        }

        Tell();
    }

    private void Become(StoreTrouble? trouble)
    {
        _trouble = trouble;
        _untold.Enqueue(trouble);
    }

    /// <summary>Outside the lock, where a sink that waits for this very store would hang both threads; whoever comes while another tells leaves it to him, so that the order stays.</summary>
    private void Tell()
    {
        while (true)
        {
            StoreTrouble? next;
            lock (_lock)
            {
                if (_isTelling || !_untold.TryDequeue(out next)) return;
                _isTelling = true;
            }

            try
            {
                Changed?.Invoke(next);
            }
            catch (Exception)
            {
                // A logger whose sink is gone, say. The writer thread must live on.
            }

            lock (_lock) _isTelling = false;
        }
    }
}
