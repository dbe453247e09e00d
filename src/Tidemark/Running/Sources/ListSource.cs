using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Tidemark.Running;

internal sealed class ListSource<T>(IReadOnlyList<T> items, Func<T, string> key) : Source<T, int>
{
    const string Remedy = "Give the list in the same order on every attempt: read it in a step, whose result is remembered, or sort it.";

    public override ValueTask<SourceReader<T, int>> OpenAsync(SourceStart<int> start, CancellationToken cancellationToken)
    {
        var keys = DistinctKeys();
        var fingerprint = Fingerprint(keys);
        if (start.Fingerprint is { } saved && saved != fingerprint)
            throw new JobFaultException($"The list is not the one that the stream began with: {Count(saved)} items then, {keys.Length} now{(Count(saved) == $"{keys.Length}" ? ", with other keys or in another order" : "")}. {Remedy}");
        if (start.HasCursor && (uint)start.Cursor > (uint)keys.Length)
            throw new JobFaultException($"The saved position {start.Cursor} is outside the list, which has {keys.Length} items. {Remedy}");
        return ValueTask.FromResult<SourceReader<T, int>>(new ListReader<T>(items, keys, start.HasCursor ? start.Cursor : 0, fingerprint));
    }

    string[] DistinctKeys()
    {
        var keys = new string[items.Count];
        var first = new Dictionary<string, int>(keys.Length, StringComparer.Ordinal);
        for (var index = 0; index < keys.Length; index++)
        {
            // A null key is the engine's to refuse, like an empty one; it only must not upset the search for duplicates.
            var made = keys[index] = key(items[index]);
            if (made is not null && !first.TryAdd(made, index))
                throw new JobFaultException($"The key {Excerpt.Of(made)} stands for two items, at index {first[made]} and {index}. Give each item a key of its own.");
        }
        return keys;
    }

    /// <summary>Count and hash; each key goes in with its length, so that no two lists of keys read alike.</summary>
    static string Fingerprint(string[] keys)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var made in keys)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, made?.Length ?? -1);
            hash.AppendData(length);
            hash.AppendData(MemoryMarshal.AsBytes(made.AsSpan()));
        }
        return $"{keys.Length}:{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16))}";
    }

    static string Count(string fingerprint) => fingerprint.Split(':')[0];
}

internal sealed class ListReader<T>(IReadOnlyList<T> items, string[] keys, int start, string fingerprint) : SourceReader<T, int>
{
    int next = start;

    public override long? Count => keys.Length;
    public override string? Fingerprint => fingerprint;

    public override bool TryRead(out SourceItem<T, int> item)
    {
        if (next >= keys.Length)
        {
            item = default;
            return false;
        }
        item = new(keys[next], items[next], ++next);
        return true;
    }

    public override ValueTask<bool> FillAsync(CancellationToken cancellationToken) => ValueTask.FromResult(next < keys.Length);
}
