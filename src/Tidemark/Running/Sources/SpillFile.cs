using Microsoft.Win32.SafeHandles;

namespace Tidemark.Running;

/// <summary>A temporary file of equal chunks, made when it is first needed. It has no name once it is open, so that no killed process leaves it behind.</summary>
internal sealed class SpillFile(string directory) : IDisposable
{
    public const int ChunkBytes = 8 * 1024;

    const int MaxNames = 10_000;

    SafeFileHandle? file;
    int chunks;

    /// <summary>Keeps a chunk and answers with its number.</summary>
    public int Write(ReadOnlySpan<byte> chunk)
    {
        try
        {
            file ??= Create();
            RandomAccess.Write(file, chunk, (long)chunks * ChunkBytes);
            return chunks++;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException($"A temporary file in '{directory}' could not be written: {e.Message} Make room there, or name another folder with LineOptions.SpillDirectory.", e);
        }
    }

    public void Read(int chunk, Span<byte> into)
    {
        for (int done = 0, got; done < into.Length; done += got)
            if ((got = RandomAccess.Read(file!, into[done..], (long)chunk * ChunkBytes + done)) == 0)
                throw new TidemarkException($"A temporary file in '{directory}' has lost its end at chunk {chunk} of {chunks}. Name another folder with LineOptions.SpillDirectory.");
    }

    public void Dispose() => file?.Dispose();

    SafeFileHandle Create()
    {
        // Windows keeps the name until the last handle is closed, then removes it by itself.
        var options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
        for (var attempt = 0; ; attempt++)
        {
            var path = Path.Combine(directory, $"tidemark-{Environment.ProcessId}-{attempt}.spill");
            if (File.Exists(path) && attempt < MaxNames) continue;
            try
            {
                // CreateNew follows no link that somebody else has put there.
                var created = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, options);
                if (!OperatingSystem.IsWindows()) File.Delete(path);
                return created;
            }
            catch (IOException) when (attempt < MaxNames && File.Exists(path))
            {
                // Another stream of this process took the name in between: the next one, then.
            }
        }
    }
}
