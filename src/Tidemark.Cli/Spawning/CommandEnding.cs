namespace Tidemark.Cli.Spawning;

/// <summary>How a command came to its end.</summary>
internal enum EndingKind
{
    /// <summary>By itself; the code is its exit code.</summary>
    Exited,

    /// <summary>By a signal; the code is its number.</summary>
    Signaled,

    /// <summary>It never ran: no such program, or the interpreter in its #! line is missing. The code is 127, as in a shell.</summary>
    NotFound,

    /// <summary>It never ran: the file is there but cannot be executed. The code is 126, as in a shell.</summary>
    NotExecutable,

    /// <summary>It never ran: the line cannot be an argument (too long, or with a NUL byte). Another try cannot help.</summary>
    LineRefused,

    /// <summary>It never ran: the system is out of processes, memory or descriptors; later may do. The code is the error number.</summary>
    NoResources,

    /// <summary>It asked for input at the terminal, which it does not have, and was killed.</summary>
    WantedTerminal,

    /// <summary>It wrote more than may be kept, or there was no room to keep it, and was killed.</summary>
    OutputRefused,

    /// <summary>The run was aborted while it ran: it says nothing about the line.</summary>
    Aborted,
}

/// <summary>How a command ended.</summary>
/// <param name="Kind">Which way.</param>
/// <param name="Code">Exit code, signal or error number, by kind.</param>
/// <param name="Detail">More for a person, or null.</param>
internal readonly record struct CommandEnding(EndingKind Kind, int Code, string? Detail = null)
{
    internal bool IsSuccess => Kind == EndingKind.Exited && Code == 0;

    /// <summary>For the error text of an item: what happened, in a few words.</summary>
    public override string ToString() => Kind switch
    {
        EndingKind.Exited => $"exit {Code}",
        EndingKind.Signaled => $"killed by {Signal.Name(Code)}{(Detail is null ? "" : $" ({Detail})")}",
        EndingKind.Aborted => "aborted with the run",
        _ => Detail ?? Kind.ToString(),
    };
}

/// <summary>Signals by number, as people call them.</summary>
internal static class Signal
{
    internal const int Kill = 9;

    static readonly string[] Names =
    [
        "", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2",
        "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ",
        "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
    ];

    internal const int TerminalInput = 21;
    internal const int TerminalOutput = 22;

    internal static string Name(int signal) => signal > 0 && signal < Names.Length ? Names[signal] : $"signal {signal}";
}
