using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;

namespace Tidemark.Running;

/// <summary>The key of a line that is known by what it says: 128 bits of SHA-256 in 22 characters, a colon, which of its kind it is.</summary>
internal static class ContentKey
{
    public static UInt128 Hash(ReadOnlySpan<byte> line)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(line, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    public static string Of(UInt128 hash, long nth)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, hash);
        Span<char> key = stackalloc char[22 + 1 + 20];
        Base64Url.EncodeToChars(bytes, key);
        key[22] = ':';
        nth.TryFormat(key[23..], out var digits, provider: CultureInfo.InvariantCulture);
        return new(key[..(23 + digits)]);
    }
}
