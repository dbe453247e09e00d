using System.Diagnostics.CodeAnalysis;

namespace Tidemark.Storage.InMemory;

/// <summary>A store that answered with its own arrays would let a caller change what is stored.</summary>
internal static class Bytes
{
    [return: NotNullIfNotNull(nameof(bytes))]
    public static byte[]? Copy(byte[]? bytes) => bytes is null ? null : [.. bytes];
}
