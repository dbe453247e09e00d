using System.Text;

namespace Tidemark.Cli.Spawning;

/// <summary>Our own environment, byte for byte, plus what every command is told. Copied once: exec reads it while we run on.</summary>
internal sealed unsafe class CommandEnvironment : IDisposable
{
    /// <summary>The key of the item: the same on every try, for the command to make its effect idempotent.</summary>
    internal const string ItemKey = "TIDEMARK_ITEM_KEY";

    /// <summary>1 for the first try of the item.</summary>
    internal const string Attempt = "TIDEMARK_ATTEMPT";

    /// <summary>Marks whatever descends from this run, for its guard to find what has left the process group. Not for commands.</summary>
    internal const string RunMark = "TIDEMARK_RUN_MARK";

    readonly NativeBlock _texts = new();
    readonly nint[] _pointers;

    /// <param name="runMark">The mark, or null for the guard itself, which must not carry it.</param>
    internal CommandEnvironment(string? runMark)
    {
        var entries = Inherited();
        if (runMark is not null) entries.Add([.. NameOf(RunMark), .. Encoding.UTF8.GetBytes(runMark)]);
        _texts.Begin((nuint)entries.Sum(entry => (long)entry.Length + 1));
        _pointers = [.. entries.Select(Copy)];
    }

    /// <summary>How many entries <see cref="CopyTo"/> writes.</summary>
    internal int Count => _pointers.Length;

    internal void CopyTo(byte** entries)
    {
        for (var i = 0; i < _pointers.Length; i++) entries[i] = (byte*)_pointers[i];
    }

    public void Dispose() => _texts.Dispose();

    nint Copy(byte[] entry)
    {
        var at = _texts.Here;
        _texts.Append(entry);
        _texts.EndText();
        return (nint)at;
    }

    // Not Environment.GetEnvironmentVariables: it decodes, and a value that is not UTF-8 would reach the commands changed.
    static List<byte[]> Inherited()
    {
        byte[][] ours = [NameOf(ItemKey), NameOf(Attempt), NameOf(RunMark)];
        var entries = new List<byte[]>();
        var all = File.ReadAllBytes("/proc/self/environ").AsSpan();
        while (!all.IsEmpty)
        {
            var end = all.IndexOf((byte)0);
            var entry = end < 0 ? all : all[..end];
            all = end < 0 ? [] : all[(end + 1)..];
            if (!entry.IsEmpty && !StartsWithAny(entry, ours)) entries.Add(entry.ToArray());
        }
        return entries;
    }

    static byte[] NameOf(string variable) => Encoding.UTF8.GetBytes(variable + "=");

    static bool StartsWithAny(ReadOnlySpan<byte> entry, byte[][] names)
    {
        foreach (var name in names)
        {
            if (entry.StartsWith(name)) return true;
        }
        return false;
    }
}
