using System.Buffers.Binary;
using System.Threading.Channels;

namespace Tidemark.TortureHost;

/// <summary>The independent truth: keys, eight bytes each, appended by one life of one writer. A half-written tail of a killed one is no key.</summary>
internal sealed class SideLog : IAsyncDisposable
{
    private readonly FileStream _file;
    private readonly Channel<(long Key, TaskCompletionSource Logged)> _waiting = Channel.CreateUnbounded<(long, TaskCompletionSource)>();
    private readonly Task _pump;

    private SideLog(string folder, string kind, int writer, int life)
    {
        _file = new FileStream(Path.Combine(folder, $"{kind}-{writer}-{life}.log"), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _pump = PumpAsync();
    }

    /// <summary>Written before anything is sent to the store.</summary>
    public static SideLog Attempts(string folder, int writer, int life) => new(folder, "attempted", writer, life);

    /// <summary>Written after the store has answered.</summary>
    public static SideLog Acknowledged(string folder, int writer, int life) => new(folder, "acknowledged", writer, life);

    /// <summary>What the store has refused or rolled back: it must never be seen.</summary>
    public static SideLog Refused(string folder, int writer, int life) => new(folder, "refused", writer, life);

    public static long[] Read(string folder, string kind)
    {
        var keys = Directory.EnumerateFiles(folder, kind + "-*.log").SelectMany(ReadFile).ToArray();
        Array.Sort(keys);
        return keys;
    }

    public static long[] Read(string folder, string kind, int writer, int life) =>
        Path.Combine(folder, $"{kind}-{writer}-{life}.log") is var file && File.Exists(file) ? ReadFile(file) : [];

    private static long[] ReadFile(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var keys = new long[bytes.Length / 8];
        for (var i = 0; i < keys.Length; i++) keys[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * 8));
        return keys;
    }

    /// <summary>In the kernel when it returns: it outlives a SIGKILL.</summary>
    public void Write(long key)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, key);
        lock (_file) _file.Write(bytes);
    }

    /// <summary>On the disk when it ends; those that come together share one fsync.</summary>
    public Task WriteDurablyAsync(long key)
    {
        var logged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Writer.TryWrite((key, logged));
        return logged.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.Complete();
        await _pump;
        await _file.DisposeAsync();
    }

    private async Task PumpAsync()
    {
        var together = new List<TaskCompletionSource>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (_waiting.Reader.TryRead(out var entry))
            {
                Write(entry.Key);
                together.Add(entry.Logged);
            }

            _file.Flush(flushToDisk: true);
            foreach (var logged in together) logged.SetResult();
            together.Clear();
        }
    }
}
