using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Tidemark.Running;

/// <summary>
/// What tells a file that has grown from another file under the same name: how far it was read, and a hash over its first bytes (a power
/// of two, at most 64 KiB) and the last 4 KiB before that place. Cheap enough for every checkpoint: 4 KiB are read and hashed.
/// </summary>
internal sealed class PrefixFingerprint(SafeFileHandle file)
{
    const int HeadBytes = 64 * 1024;
    const int TailBytes = 4 * 1024;

    int headLength;
    readonly byte[] head = new byte[SHA256.HashSizeInBytes];

    public string At(long position)
    {
        // The head grows by doubling, so it is hashed five times a file at most.
        var length = position < TailBytes ? 0 : (int)Math.Min(HeadBytes, 1L << BitOperations.Log2((ulong)position));
        if (length != headLength) Hash(0, headLength = length, head);

        Span<byte> both = stackalloc byte[2 * SHA256.HashSizeInBytes];
        if (length > 0) head.CopyTo(both);
        var tail = (int)Math.Min(TailBytes, position);
        Hash(position - tail, tail, both[SHA256.HashSizeInBytes..]);
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(both, sum);
        return $"{position}:{Base64Url.EncodeToString(sum[..16])}";
    }

    /// <summary>How far the file was read when a fingerprint was taken.</summary>
    public static long PositionOf(string fingerprint) =>
        long.TryParse(fingerprint.AsSpan(0, Math.Max(0, fingerprint.IndexOf(':'))), out var position) && position >= 0
            ? position
            : throw new JobFaultException($"The saved fingerprint {Excerpt.Of(fingerprint)} is not one of a file of lines: the stream began with a source of another kind. Give it another name, or start the job anew.");

    void Hash(long offset, int length, Span<byte> into)
    {
        Span<byte> bytes = length <= TailBytes ? stackalloc byte[TailBytes] : new byte[length];
        var read = 0;
        for (int got; read < length && (got = RandomAccess.Read(file, bytes[read..length], offset + read)) > 0;) read += got;
        SHA256.HashData(bytes[..read], into);
    }
}
