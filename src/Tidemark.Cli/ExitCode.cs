namespace Tidemark.Cli;

/// <summary>What the process ends with. Scripts depend on these numbers: none changes its meaning, ever.</summary>
internal static class ExitCode
{
    /// <summary>All is done.</summary>
    internal const int Done = 0;

    /// <summary>Finished, but items were quarantined or the job failed.</summary>
    internal const int Unfinished = 1;

    /// <summary>The command line cannot be understood or carried out as it stands.</summary>
    internal const int Usage = 2;

    /// <summary>Another input under the same name: more than half of what was done has vanished from it.</summary>
    internal const int OtherInput = 3;

    /// <summary>There is no such job, item or queue.</summary>
    internal const int NotFound = 4;

    /// <summary>This name is running elsewhere.</summary>
    internal const int RunningElsewhere = 5;

    /// <summary>Our own fault, or the store's.</summary>
    internal const int Internal = 70;

    /// <summary>Stopped cleanly and resumable: drained, parked, or out of its <c>--max-duration</c>.</summary>
    internal const int Resumable = 75;

    /// <summary>Aborted by a second signal, SIGINT.</summary>
    internal const int AbortedByInterrupt = 130;

    /// <summary>Aborted by a second signal, SIGTERM.</summary>
    internal const int AbortedByTermination = 143;
}
