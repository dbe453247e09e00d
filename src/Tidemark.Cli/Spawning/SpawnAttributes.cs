using System.Runtime.InteropServices;

namespace Tidemark.Cli.Spawning;

/// <summary>What a child starts with: its process group, default signals, none blocked. Made once a group, shared by all threads.</summary>
internal sealed unsafe class SpawnAttributes : IDisposable
{
    /// <summary>Ask for a group of its own.</summary>
    internal const int OwnGroup = 0;

    const int Sigpipe = 13;
    readonly void* _attributes;
    bool _disposed;

    internal SpawnAttributes(int group)
    {
        Group = group;
        _attributes = NativeMemory.AllocZeroed(Libc.OpaqueSize);
        var signals = stackalloc byte[Libc.OpaqueSize];
        Check(Libc.AttributesInit(_attributes));
        Check(Libc.AttributesSetFlags(_attributes, Libc.SpawnSetGroup | Libc.SpawnSetDefaultSignals | Libc.SpawnSetSignalMask));
        Check(Libc.AttributesSetGroup(_attributes, group));
        _ = Libc.EmptySignalSet(signals);
        Check(Libc.AttributesSetSignalMask(_attributes, signals));
        // .NET ignores SIGPIPE, and an ignored signal stays ignored over exec: 'yes | head' in a command would never end.
        // All others are left alone: what nohup ignored stays ignored, what .NET handles is reset by exec.
        _ = Libc.AddSignal(signals, Sigpipe);
        Check(Libc.AttributesSetDefaultSignals(_attributes, signals));
    }

    internal int Group { get; }
    internal void* Pointer => _attributes;

    static void Check(int error)
    {
        if (error != 0) throw new SpawnException(error, $"cannot prepare to run commands: {Errno.Text(error)}.");
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _ = Libc.AttributesDestroy(_attributes);
        NativeMemory.Free(_attributes);
    }
}
