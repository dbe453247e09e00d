using System.Runtime.InteropServices;

namespace Tidemark.Cli.Spawning;

/// <summary>Memory that the child's exec reads: it must not move. Grows to the largest command seen and is used again for each.</summary>
internal sealed unsafe class NativeBlock : IDisposable
{
    byte* _start;
    nuint _capacity;
    nuint _used;

    /// <summary>Forgets what was written and makes room, so that no pointer handed out since moves.</summary>
    internal void Begin(nuint bytes)
    {
        _used = 0;
        if (bytes <= _capacity) return;
        NativeMemory.Free(_start);
        _start = null; // a throwing Alloc must not leave the freed block to Dispose
        _capacity = 0;
        var capacity = Math.Max(bytes, 4096);
        _start = (byte*)NativeMemory.Alloc(capacity);
        _capacity = capacity;
    }

    internal byte** Pointers(int count)
    {
        var size = (nuint)(count * sizeof(byte*));
        var at = Take((_used + (nuint)sizeof(byte*) - 1) & ~(nuint)(sizeof(byte*) - 1), size);
        return (byte**)at;
    }

    /// <summary>Starts a text; returns where it will stand.</summary>
    internal byte* Here => _start + _used;

    internal void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(new Span<byte>(Take(_used, (nuint)bytes.Length), bytes.Length));

    internal void EndText() => *Take(_used, 1) = 0;

    byte* Take(nuint at, nuint bytes)
    {
        if (at + bytes > _capacity) throw new InvalidOperationException($"A native block of {_capacity} bytes was asked for {at + bytes}.");
        _used = at + bytes;
        return _start + at;
    }

    public void Dispose()
    {
        NativeMemory.Free(_start);
        _start = null;
        _capacity = 0;
    }
}
