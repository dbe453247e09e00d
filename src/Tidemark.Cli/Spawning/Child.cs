using System.Runtime.InteropServices;

namespace Tidemark.Cli.Spawning;

/// <summary>What a child starts with, as the system wants it.</summary>
internal readonly unsafe struct ChildStart
{
    internal required byte* Path { get; init; }
    internal required byte** Arguments { get; init; }
    internal required byte** Environment { get; init; }
    internal required SpawnAttributes Attributes { get; init; }
    internal required int Input { get; init; }
    internal required int Output { get; init; }
    internal required int Error { get; init; }
}

/// <summary>Starting, and the end of, one child process.</summary>
internal static unsafe class Child
{
    /// <summary>Starts a child without copying our address space: glibc and musl share it until the exec.</summary>
    /// <returns>0, or the error number: that of the exec included.</returns>
    internal static int Start(in ChildStart start, out int pid)
    {
        var actions = stackalloc byte[Libc.OpaqueSize];
        var started = Descriptors.None;
        var error = Libc.FileActionsInit(actions);
        if (error == 0)
        {
            error = Duplicate(actions, start);
            if (error == 0) error = Libc.Spawn(&started, start.Path, actions, start.Attributes.Pointer, start.Arguments, start.Environment);
            _ = Libc.FileActionsDestroy(actions);
        }
        pid = error == 0 ? started : Descriptors.None; // after a failure the library may have left a number there
        return error;
    }

    /// <summary>
    /// Waits for its end, or looks (with <see cref="Libc.WaitNoHang"/>); null: not yet. A stop counts with <see cref="Libc.WaitStopped"/>.
    /// </summary>
    internal static WaitStatus? Wait(int pid, int options)
    {
        while (true)
        {
            int status;
            var answer = Libc.Wait(pid, &status, options);
            if (answer == pid) return new WaitStatus(status);
            if (answer == 0) return null;
            var error = Marshal.GetLastPInvokeError();
            if (error == Errno.Interrupted) continue;
            throw new SpawnException(error, $"the exit of process {pid} cannot be known: {Errno.Text(error)}.");
        }
    }

    static int Duplicate(void* actions, in ChildStart start)
    {
        var error = Libc.FileActionsAddDuplicate(actions, start.Input, 0);
        if (error == 0) error = Libc.FileActionsAddDuplicate(actions, start.Output, 1);
        if (error == 0) error = Libc.FileActionsAddDuplicate(actions, start.Error, 2);
        return error;
    }
}

/// <summary>What waitpid says, decoded as Linux encodes it.</summary>
internal readonly record struct WaitStatus(int Raw)
{
    internal bool IsStopped => (Raw & 0xff) == 0x7f;
    internal bool IsExited => (Raw & 0x7f) == 0;
    internal int ExitCode => (Raw >> 8) & 0xff;

    /// <summary>What stopped it, if it is stopped.</summary>
    internal int StopSignal => (Raw >> 8) & 0xff;

    /// <summary>What killed it, if it neither exited nor is stopped.</summary>
    internal int KillSignal => Raw & 0x7f;
    internal bool DumpedCore => (Raw & 0x80) != 0;
}
