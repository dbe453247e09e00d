using System.Runtime.InteropServices;

namespace Tidemark.Cli.Spawning;

/// <summary>What one stream of one command wrote: in memory, beyond a limit in a nameless file. Used again for the next command.</summary>
internal sealed unsafe class OutputBuffer(CommandLimits limits) : IDisposable
{
    const int FirstSize = 16 * 1024;
    const int KeptSize = 256 * 1024;
    const int PieceSize = 256 * 1024;

    byte[] _memory = new byte[FirstSize];
    int _inMemory;
    FileStream? _spill;

    /// <summary>Bytes written by the command, all of them kept.</summary>
    internal long Length => (_spill?.Length ?? 0) + _inMemory;

    /// <summary>Takes what the pipe has; it must be known to be readable, or this waits.</summary>
    /// <returns>False at the end of the pipe.</returns>
    /// <exception cref="TidemarkException">There is no room to keep it, or it is more than may be kept.</exception>
    internal bool ReadFrom(int pipe)
    {
        MakeRoom();
        nint count;
        fixed (byte* start = _memory)
        {
            do count = Libc.Read(pipe, start + _inMemory, _memory.Length - _inMemory);
            while (count < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
        }
        if (count < 0) throw Unreadable(Marshal.GetLastPInvokeError());
        _inMemory += (int)count;
        return count > 0;
    }

    /// <summary>Gives the bytes in order: in one piece unless they were more than the limit of memory.</summary>
    internal void CopyTo(PieceWriter write)
    {
        if (_spill is not null)
        {
            var piece = new byte[PieceSize];
            var position = 0L;
            for (int count; (count = RandomAccess.Read(_spill.SafeFileHandle, piece, position)) > 0; position += count)
            {
                write(piece.AsSpan(0, count));
            }
        }
        if (_inMemory > 0) write(_memory.AsSpan(0, _inMemory));
    }

    /// <summary>The last bytes, at most as many as asked for.</summary>
    internal byte[] Tail(int most)
    {
        var tail = new byte[Math.Min(most, Length)];
        var fromMemory = Math.Min(tail.Length, _inMemory);
        _memory.AsSpan(_inMemory - fromMemory, fromMemory).CopyTo(tail.AsSpan(tail.Length - fromMemory));
        if (fromMemory == tail.Length) return tail;
        var rest = tail.AsSpan(0, tail.Length - fromMemory);
        var position = _spill!.Length - rest.Length;
        for (int count; !rest.IsEmpty && (count = RandomAccess.Read(_spill.SafeFileHandle, rest, position)) > 0; position += count)
        {
            rest = rest[count..];
        }
        return tail;
    }

    internal void Clear()
    {
        _inMemory = 0;
        _spill?.Dispose();
        _spill = null;
        if (_memory.Length > KeptSize) _memory = new byte[FirstSize]; // one loud command must not cost its memory for the rest of the run
    }

    public void Dispose() => Clear();

    static SpawnException Unreadable(int error) => new(error, $"cannot read a command's output: {Errno.Text(error)}.");

    void MakeRoom()
    {
        if (_inMemory < _memory.Length) return;
        if (_memory.Length < limits.OutputInMemory) Array.Resize(ref _memory, (int)Math.Min(_memory.Length * 4L, limits.OutputInMemory));
        else Spill();
    }

    void Spill()
    {
        if (Length > limits.Output)
            throw new TidemarkException(
                $"it wrote more than {limits.Output:N0} bytes, the most that is kept of one command. Let it write to a file of its own.");
        try
        {
            _spill ??= TemporaryFile.Create();
            _spill.Write(_memory.AsSpan(0, _inMemory));
        }
        catch (IOException full)
        {
            throw new TidemarkException(
                $"there is no room in {Path.GetTempPath()} to keep what it wrote: {full.Message} Set TMPDIR to a directory with room.", full);
        }
        _inMemory = 0;
    }
}

/// <summary>Takes one piece of a command's output.</summary>
internal delegate void PieceWriter(ReadOnlySpan<byte> piece);

/// <summary>How much of a command's output is kept.</summary>
internal sealed record CommandLimits
{
    /// <summary>Bytes of each stream kept in memory per running command; more goes to a temporary file. At least 64 KiB.</summary>
    internal int OutputInMemory { get; init; } = 1024 * 1024;

    /// <summary>Bytes of each stream kept at all; a command that writes more is killed.</summary>
    internal long Output { get; init; } = 16L * 1024 * 1024 * 1024;

    /// <summary>Bytes of standard error looked through for <c>retry-after</c> and kept as the text of an error.</summary>
    internal int ErrorTail { get; init; } = 64 * 1024;

    /// <summary>How long output is still read after the command has exited while something it started holds the pipe.</summary>
    internal TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(500);
}
