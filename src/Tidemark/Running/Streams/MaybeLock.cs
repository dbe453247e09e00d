namespace Tidemark.Running;

/// <summary>A lock that is there only when more than one lane runs: a stream of one lane pays nothing for it.</summary>
internal readonly ref struct MaybeLock
{
    readonly Lock? held;

    public MaybeLock(Lock? guard)
    {
        held = guard;
        held?.Enter();
    }

    public void Dispose() => held?.Exit();
}
