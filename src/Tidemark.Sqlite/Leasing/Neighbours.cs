using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Leasing;

/// <summary>
/// Notices that somebody has committed, in whatever process: a job that a web process enqueues starts here at once instead of at the next
/// poll. A hint only: a process may die between its commit and the bell.
/// </summary>
internal sealed class Neighbours : IDisposable
{
    static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(25); // of a busy neighbour's commits one in so long is enough

    readonly ManualResetEventSlim stop = new(initialState: false, spinCount: 0);
    readonly WriteGate gate;
    readonly Thread thread;

    public Neighbours(WriteGate gate, Action committed)
    {
        this.gate = gate;
        thread = new(() => Listen(committed)) { IsBackground = true, Name = "tidemark-neighbours" };
        thread.Start();
    }

    public void Dispose()
    {
        stop.Set();
        gate.Ring(); // the thread waits in the kernel and hears nothing else; the neighbours look once for nothing
        thread.Join();
        stop.Dispose();
    }

    void Listen(Action committed)
    {
        var heard = gate.Rings;
        while (!stop.IsSet)
        {
            gate.WaitForRing(heard);
            if (gate.Rings == heard || stop.IsSet) continue;
            heard = gate.Rings; // before the hint: what commits after it is heard anew
            committed();
            stop.Wait(Rest);
        }
    }
}
