using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tidemark.Running;

/// <summary>Records in the order in which they were added, by partition. Whole chunks go to the spill file, so memory is one chunk a partition.</summary>
internal sealed class SpillLog<TRecord>(SpillFile spill, int partitions) where TRecord : unmanaged
{
    static int ChunkRecords => SpillFile.ChunkBytes / Unsafe.SizeOf<TRecord>();

    readonly Partition[] parts = [.. Enumerable.Range(0, partitions).Select(_ => new Partition())];

    public int Partitions => partitions;

    public void Add(int partition, TRecord record)
    {
        var part = parts[partition];
        if (part.Count == part.Tail.Length)
        {
            if (part.Count < ChunkRecords) Array.Resize(ref part.Tail, Math.Min(ChunkRecords, Math.Max(4, 2 * part.Count)));
            else
            {
                part.Chunks.Add(spill.Write(MemoryMarshal.AsBytes(part.Tail.AsSpan())));
                part.Count = 0;
            }
        }
        part.Tail[part.Count++] = record;
    }

    public Reader Read(int partition) => new(spill, parts[partition]);

    internal sealed class Partition
    {
        public readonly List<int> Chunks = [];
        public TRecord[] Tail = [];
        public int Count;
    }

    internal sealed class Reader(SpillFile spill, Partition part)
    {
        TRecord[] records = [];
        int count;
        int chunk;
        int next;

        public TRecord Current { get; private set; }

        public bool MoveNext()
        {
            while (next == count)
                if (!Load()) return false;
            Current = records[next++];
            return true;
        }

        bool Load()
        {
            next = 0;
            if (chunk < part.Chunks.Count)
            {
                if (chunk == 0) records = new TRecord[ChunkRecords];
                spill.Read(part.Chunks[chunk++], MemoryMarshal.AsBytes(records.AsSpan()));
                count = records.Length;
                return true;
            }
            (records, count) = chunk++ == part.Chunks.Count ? (part.Tail, part.Count) : ([], 0);
            return count > 0;
        }
    }
}
