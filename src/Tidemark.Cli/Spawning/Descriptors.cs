using System.Runtime.InteropServices;

namespace Tidemark.Cli.Spawning;

/// <summary>A pipe's two ends.</summary>
internal readonly record struct PipeEnds(int Read, int Write);

/// <summary>Raw descriptors. Everything opened here closes on exec, so no command ever holds another's pipe open.</summary>
internal static unsafe class Descriptors
{
    internal const int None = -1;

    internal static PipeEnds OpenPipe()
    {
        var ends = stackalloc int[2];
        if (Libc.Pipe(ends, Libc.CloseOnExec) != 0) throw Fault("cannot open a pipe");
        return new PipeEnds(AboveStandard(ends[0]), AboveStandard(ends[1]));
    }

    internal static int OpenNull()
    {
        const int readWrite = 2;
        var descriptor = Libc.Open("/dev/null", readWrite | Libc.CloseOnExec);
        return descriptor >= 0 ? AboveStandard(descriptor) : throw Fault("cannot open /dev/null");
    }

    /// <summary>Closes once: the number may belong to another thread's file a moment later.</summary>
    internal static void Close(ref int descriptor)
    {
        if (descriptor == None) return;
        _ = Libc.Close(descriptor); // EINTR included: on Linux the descriptor is gone either way
        descriptor = None;
    }

    internal static void MakeNonBlocking(int writeEnd)
    {
        const int writeOnly = 1;
        if (Libc.Control(writeEnd, Libc.SetFlags, writeOnly | Libc.NonBlocking) < 0) throw Fault("cannot set up a pipe");
    }

    // Started with 0, 1 or 2 closed (as some daemons do), we would be given such a number, and the child's dup2 would overwrite it.
    static int AboveStandard(int descriptor)
    {
        if (descriptor > 2) return descriptor;
        var moved = Libc.Control(descriptor, Libc.DuplicateCloseOnExec, 3);
        if (moved < 0) throw Fault("cannot move a descriptor");
        _ = Libc.Close(descriptor);
        return moved;
    }

    static SpawnException Fault(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        var remedy = error is Errno.TooManyOpenFiles or Errno.TooManyOpenFilesInSystem
            ? " Lower -j or raise the limit on open files (ulimit -n)."
            : "";
        return new SpawnException(error, $"{what}: {Errno.Text(error)}.{remedy}");
    }
}

/// <summary>The system refused something that running a command needs.</summary>
internal sealed class SpawnException(int error, string message) : TidemarkException(message)
{
    internal int Error { get; } = error;
}
