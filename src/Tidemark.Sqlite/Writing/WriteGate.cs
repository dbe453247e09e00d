using Tidemark.Sqlite.Native;
using Tidemark.Storage.Native;

namespace Tidemark.Sqlite.Writing;

/// <summary>
/// The one door to the file for every writer of every process, WAL checkpoints included: SQLite before 3.51.3 loses commits when a
/// checkpoint starts while another connection resets the WAL. Within a process only the writer thread passes.
/// </summary>
/// <remarks>
/// Two locks make it fair. Who wants in takes the turnstile first and keeps it until it has the door; so behind the one inside there is
/// always one known next, and the one that leaves cannot slip back in before it. Eight busy
/// processes come out 3 % apart, and a third faster than at one lock, whose every opening wakes all that wait. SQLite's own busy handler
/// gave one of eight a single commit in ten seconds.
/// </remarks>
internal sealed class WriteGate : IDisposable
{
    private readonly LockedFile _turnstile;
    private readonly LockedFile _door;
    private readonly SharedCounter _bell;
    private long _waitingSince;
    private volatile bool _isKept;

    public WriteGate(string path)
    {
        _door = LockedFile.OpenOrCreate(path);
        try
        {
            _turnstile = LockedFile.OpenOrCreate(path + "-queue");
            _bell = new(_door);
        }
        catch
        {
            _turnstile?.Dispose();
            _door.Dispose();
            throw;
        }
    }

    /// <summary>How often the bell has been rung; wraps.</summary>
    public int Rings => _bell.Value;

    /// <summary>Since when (<see cref="BootClock"/>) the writer has been waiting at the gate; 0: it is not waiting. Read by any thread.</summary>
    public long WaitingSince => Volatile.Read(ref _waitingSince);

    /// <summary>Waits as long as it takes. Returns the milliseconds waited: after a long wait what was read before is old.</summary>
    public long Enter()
    {
        if (TryEnter()) return 0;
        var since = BootClock.Milliseconds;
        Volatile.Write(ref _waitingSince, since);
        try
        {
            _turnstile.Lock();
            _door.Lock();
            _turnstile.Unlock();
        }
        finally
        {
            Volatile.Write(ref _waitingSince, 0);
        }

        return BootClock.Milliseconds - since;
    }

    /// <summary>False if somebody is inside or waits.</summary>
    public bool TryEnter()
    {
        if (!_turnstile.TryLock()) return false;
        try
        {
            return _door.TryLock();
        }
        finally
        {
            _turnstile.Unlock();
        }
    }

    /// <summary>For the start only, where to give up matters more than to be fair.</summary>
    public bool TryEnter(TimeSpan limit)
    {
        var deadline = BootClock.Milliseconds + (long)limit.TotalMilliseconds;
        while (!TryEnter())
        {
            if (BootClock.Milliseconds >= deadline) return false;
            Thread.Sleep(1);
        }

        return true;
    }

    public void Exit() => _door.Unlock();

    /// <summary>Tells whoever waits, in all processes of the file, that there is something new in it.</summary>
    public void Ring() => _bell.Increase();

    /// <summary>Blocks until the bell has rung since <paramref name="heard"/>; may return early.</summary>
    public void WaitForRing(int heard) => _bell.WaitWhile(heard);

    /// <summary>
    /// A thread for which nobody waits any more stands at the gate, in the kernel. Closed under it, the numbers of its descriptors could become
    /// another file's, which it would lock and unlock: they are left to the finaliser.
    /// </summary>
    public void Keep() => _isKept = true;

    public void Dispose()
    {
        if (_isKept) return;
        _bell.Dispose();
        _door.Dispose();
        _turnstile.Dispose();
    }
}
