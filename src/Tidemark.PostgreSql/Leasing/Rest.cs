namespace Tidemark.PostgreSql.Leasing;

/// <summary>
/// When the worker of this process may beat seldom: it holds nothing, and the process has written nothing since the beat before, so there is neither anybody who waits for its death nor anything of which the
/// next beat would have to tell how far it is on the disk. Whatever is written ends the rest at once.
/// </summary>
/// <remarks>
/// A beat that begins a rest says so first and looks then; who writes tells first and looks then. So one of the two sees the other, and no write is slept over.
/// </remarks>
internal sealed class Rest
{
    int written = 1;
    int resting;

    /// <summary>A beat is wanted now.</summary>
    public Action? Over { get; set; }

    /// <summary>Something is about to be written, or has been.</summary>
    public void Disturb()
    {
        Interlocked.Exchange(ref written, 1);
        if (Interlocked.Exchange(ref resting, 0) == 1) Over?.Invoke();
    }

    /// <summary>With each beat. True: it may be the last for a while.</summary>
    public bool Begin(bool holds)
    {
        Interlocked.Exchange(ref resting, 1);
        var isQuiet = Interlocked.Exchange(ref written, 0) == 0 && !holds;
        return isQuiet || End();
    }

    /// <summary>The beat was not given. Always false.</summary>
    public bool End()
    {
        Interlocked.Exchange(ref resting, 0);
        return false;
    }
}
