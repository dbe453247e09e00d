using Tidemark.Seams;

namespace Tidemark.Hosting;

/// <summary>The beats' own thread: every wait blocks it, so that a beat needs no pool thread, no timer and no continuation.</summary>
internal sealed class PulseThread : IPulse, IDisposable
{
    readonly ManualResetEventSlim interrupted = new(initialState: false, spinCount: 0);

    public Task Start(Func<ValueTask> loop)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                loop().AsTask().GetAwaiter().GetResult(); // completes synchronously: every await in it is on this thread's own waits
                ended.SetResult();
            }
            catch (Exception fault)
            {
                ended.SetException(fault);
            }
        })
        { IsBackground = true, Name = "Tidemark pulse", Priority = ThreadPriority.AboveNormal }.Start();
        return ended.Task;
    }

    public ValueTask WaitAsync(TimeSpan time)
    {
        if (interrupted.Wait(time)) interrupted.Reset(); // what it was set for is looked at next
        return ValueTask.CompletedTask;
    }

    public void Interrupt() => interrupted.Set();

    public void Dispose() => interrupted.Dispose();
}
