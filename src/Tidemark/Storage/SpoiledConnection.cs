namespace Tidemark.Storage;

/// <summary>
/// User code has done with the store's connection what cannot be undone on it: nothing of the batch is written, and all of it is made again on
/// another connection. The operation that throws this has noted what its user code came to, and does not run it a second time.
/// </summary>
internal sealed class SpoiledConnection(Exception reason, Task? running = null) : Exception(reason.Message, reason)
{
    /// <summary>Why, to be told to whoever wrote the user code.</summary>
    public Exception Reason => InnerException!;

    /// <summary>The user code that is at it still; null: it has ended.</summary>
    public Task? Running => running;
}
