using System.Runtime.InteropServices;

namespace Tidemark.Storage.Presence;

/// <summary>FNV-1a over UTF-16: the same in every process and release, unlike string.GetHashCode.</summary>
internal static class KeyHash
{
    public static ulong Of(ReadOnlySpan<char> key)
    {
        var hash = 14695981039346656037UL;
        foreach (var unit in MemoryMarshal.Cast<char, ushort>(key)) hash = (hash ^ unit) * 1099511628211UL;
        return hash;
    }
}
