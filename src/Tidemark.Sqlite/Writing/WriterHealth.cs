using Tidemark.Sqlite.Files;

namespace Tidemark.Sqlite.Writing;

/// <summary>Why nothing can be written now, for the health check, the dashboard and the error of each refused write.</summary>
internal sealed record StoreTrouble(SqliteFault Fault, string Message, DateTimeOffset Since);

/// <summary>
/// Well or in trouble. In trouble, writes are refused at once (nobody hangs), and once a second one is let through, or a probe is
/// written if none came: the first success ends the trouble, without a restart. But a damaged file is written no more by this process, however
/// many of its pages are well: each write may carry the damage on, and the copy that it is to be recovered from would grow old.
/// </summary>
internal sealed class WriterHealth(TimeProvider time)
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);
    private volatile StoreTrouble? _trouble;
    private long _lastTry;

    /// <summary>Null: all is well. Read by any thread.</summary>
    public StoreTrouble? Trouble => _trouble;

    /// <summary>Called on the thread that found out, at each change; null: over. Must not block.</summary>
    public Action<StoreTrouble?>? Changed { get; set; }

    /// <summary>How long the writer shall wait at most before it tries again; null: as long as it likes.</summary>
    public TimeSpan? UntilNextTry
    {
        get
        {
            if (_trouble is null) return null;
            if (IsForGood) return RetryEvery;
            var left = RetryEvery - time.GetElapsedTime(_lastTry);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    private bool IsForGood => _trouble is { Fault: SqliteFault.Corrupt or SqliteFault.NotADatabase };

    public void Failed(SqliteFault fault, string message)
    {
        if (IsForGood) return;
        _lastTry = time.GetTimestamp();
        var before = _trouble;
        if (before?.Fault == fault && before.Message == message) return;
        var now = new StoreTrouble(fault, message, before?.Since ?? time.GetUtcNow());
        _trouble = now;
        Changed?.Invoke(now);
    }

    public void Succeeded()
    {
        if (_trouble is null || IsForGood) return;
        _trouble = null;
        Changed?.Invoke(null);
    }
}
